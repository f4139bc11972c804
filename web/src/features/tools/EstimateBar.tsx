/** At the form's end, always in sight: what a run would cost, and the buttons. */
import { ActionIcon, Button, Group, Popover, Stack, Text } from '@mantine/core';
import { IconBookmark, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Run, Usual } from '../../api/gen';
import { covers } from '../../credits/amount';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import type { Stop } from '../runs/useStopRun';
import type { Gate } from '../sessions/gate';
import { mayWait, RunButton } from './RunButton';
import classes from './Tools.module.css';
import type { Estimate } from './useEstimate';
import { estimateWords as words, pageWords, words as tools } from './words';

/** The element of the run, to which a button under the form leads. */
export const RUN_ID = 'tool-run';

interface Props {
  /** What such runs have cost of late; null: not known. */
  usual: Usual | null;
  /** How such a run is charged, where no range can be told. */
  rates?: string;
  /** On the button that starts one. */
  label?: string;
  /** A run that is short of credits may wait for them. */
  waits?: boolean;
  estimate: Estimate;
  gate: Gate;
  /** The run that is at work and may be stopped by this person. */
  running: Run | null;
  stop: Stop;
  busy: boolean;
  /** Nothing can be started, for a reason that is told elsewhere. */
  off?: boolean;
  again: boolean;
  /** Null: inputs of it cannot be saved. */
  save: (() => void) | null;
  /** More that can be done with the form. */
  children?: ReactNode;
}

export function EstimateBar(props: Props) {
  const { usual, rates, label, waits = true, estimate, gate, running, save } = props;
  // What runs was let in: the gate is for the next one.
  const closed = gate.closed && running === null;
  return (
    <div className={classes.bar} data-closed={closed || undefined}>
      {closed ? (
        <Closed gate={gate} waits={waits} />
      ) : (
        <Quoted usual={usual} rates={rates} estimate={estimate} />
      )}
      <Group gap={8} align="flex-start">
        <RunButton
          running={running}
          stop={props.stop}
          gate={gate}
          closed={closed}
          busy={props.busy}
          off={props.off}
          again={props.again}
          label={label}
          waits={waits}
        />
        {running ? (
          <Button variant="subtle" className={classes.toRun} onClick={toRun}>
            {pageWords.toRun}
          </Button>
        ) : null}
        {props.children}
        {save === null ? null : (
          <Button
            variant="default"
            leftSection={<IconBookmark size={16} aria-hidden />}
            onClick={save}
          >
            {pageWords.save}
          </Button>
        )}
      </Group>
    </div>
  );
}

// Where the columns are stacked, the run stands below the form.
function toRun() {
  const run = document.getElementById(RUN_ID);
  run?.scrollIntoView();
  run?.focus({ preventScroll: true });
}

function Closed({ gate, waits }: { gate: Gate; waits: boolean }) {
  const { billing_access: billingAccess } = useMe();
  const waiting = gate.problem?.waiting ?? 0;
  return (
    <Stack gap={8}>
      {waiting > 0 ? (
        <Text size="sm" fw={550}>
          {pageWords.waiting(waiting)}
        </Text>
      ) : null}
      <OutOfCredits problem={gate.problem} balance={gate.balance} billingAccess={billingAccess} />
      <Text size="sm">
        {pageWords.inputsKept} {waits ? waitText(gate) : null}
      </Text>
    </Stack>
  );
}

function waitText(gate: Gate): string {
  return mayWait(gate) ? pageWords.canWait : pageWords.tooManyWait;
}

interface QuotedProps {
  usual: Usual | null;
  rates: string | undefined;
  estimate: Estimate;
}

function Quoted({ usual, rates, estimate }: QuotedProps) {
  const shown = estimate.quote ?? usual;
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" justify="space-between">
      <Text size="sm" className={classes.estimate} data-testid="estimate">
        {estimateText({ usual, rates }, estimate)}
      </Text>
      <How basis={shown?.basis ?? 'rate_card'} text={estimate.quote?.basis_text ?? null} />
    </Group>
  );
}

/** Never a zero for what is not known: then the rate card is spoken of. */
export function estimateText(
  { usual, rates = tools.rateCard }: { usual: Usual | null; rates?: string | undefined },
  estimate: Estimate,
): string {
  const known = estimate.quote ?? usual;
  if (known) {
    const { low, high, hold, basis } = known;
    const range = basis === 'history' ? tools.usually(low, high) : tools.byRateCard(low, high);
    return `${range} · ${covers(hold, high) ? words.hold(hold) : words.holdFirst(hold)}`;
  }
  if (estimate.failed) return `${words.failed} ${rates}`;
  return estimate.incomplete ? `${rates} ${words.unknown}` : words.estimating;
}

function How({ basis, text }: { basis: 'history' | 'rate_card'; text: string | null }) {
  return (
    <Popover width={300} shadow="md" position="top-end" trapFocus withRoles>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size={30} aria-label={words.how}>
          <IconInfoCircle size={19} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p="md" aria-label={words.how}>
        <Stack gap={6}>
          {text === null ? null : (
            <Text size="sm" fw={550}>
              {text}
            </Text>
          )}
          <Text size="sm">{basis === 'history' ? words.howHistory : words.howRateCard}</Text>
          <Text size="sm">{words.howHold}</Text>
          <LinkTo to="/help/$article" params={{ article: 'estimate' }} size="sm" underline="always">
            {words.more}
          </LinkTo>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

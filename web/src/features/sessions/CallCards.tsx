/** What was done for an answer: one card a call, folded, with its steps, inputs and result. */
import { Text } from '@mantine/core';
import {
  IconCheck,
  IconHandStop,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconQuestionMark,
  IconX,
} from '@tabler/icons-react';
import type { Run } from '../../api/gen';
import { creditsText, isZero } from '../../credits/amount';
import { durationText } from '../../ui/dates';
import { LinkTo } from '../../ui/LinkTo';
import { partsOf } from '../runs/parts';
import { isEnded, type Tone } from '../runs/states';
import { type Call, type CallStatus, isWatched } from './calls';
import classes from './Calls.module.css';
import { GivenList } from './GivenList';
import { callWords as words } from './words';

const looks: Record<CallStatus, [icon: typeof IconCheck, tone: Tone]> = {
  running: [IconPlayerPlay, 'blue'],
  waiting: [IconQuestionMark, 'orange'],
  done: [IconCheck, 'green'],
  failed: [IconX, 'red'],
  declined: [IconPlayerSkipForward, 'gray'],
  stopped: [IconHandStop, 'gray'],
};

interface Props {
  run: Run;
  calls: readonly Call[];
}

export function CallCards({ run, calls }: Props) {
  if (calls.length === 0) return null;
  return (
    <ol className={classes.cards} aria-label={words.list}>
      {calls.map((call) => (
        <li key={call.step.n}>
          <Card run={run} call={call} />
        </li>
      ))}
    </ol>
  );
}

function Card({ run, call }: { run: Run; call: Call }) {
  const { step, status } = call;
  const [Icon, tone] = looks[status];
  return (
    <details className={classes.card} data-testid="call" data-status={status}>
      <summary className={classes.head}>
        <span className={classes.icon} data-tone={tone}>
          <Icon size={15} aria-hidden />
        </span>
        <span className={classes.name}>{step.name}</span>
        <span className={classes.facts}>{facts(call).join(' · ')}</span>
      </summary>
      <div className={classes.body}>
        {step.note ? <Text size="sm">{step.note}</Text> : null}
        <Watch run={run} call={call} />
        <Content call={call} />
        <NestedSteps run={run} call={call} />
      </div>
    </details>
  );
}

function facts({ status, step, credits }: Call): string[] {
  const { started_at: from, ended_at: to } = step;
  const took = from && to && status !== 'declined' ? [durationText(from, to)] : [];
  const used = isZero(credits) ? [] : [creditsText(credits)];
  const free = status === 'done' && isZero(credits) ? [words.free] : [];
  return [words.states[status], ...took, ...used, ...free];
}

function Watch({ run, call }: { run: Run; call: Call }) {
  const label = isWatched(call) ? words.watch : words.recording;
  return (
    <LinkTo to="/runs/$runId" params={{ runId: run.id }} size="sm" underline="always">
      {call.browser ? label : words.openRun}
    </LinkTo>
  );
}

const LONGEST = 3_900;

function Content({ call: { step, text } }: { call: Call }) {
  // The server tells others of neither.
  const hidden = isEmpty(step.input) && isEmpty(step.result);
  if (hidden) return <Text size="sm">{words.private}</Text>;
  return (
    <>
      {isEmpty(step.input) ? null : (
        <div>
          <div className={classes.title}>{words.inputs}</div>
          <GivenList input={step.input} />
        </div>
      )}
      <div>
        <div className={classes.title}>{words.result}</div>
        {text === null ? (
          <Text size="sm" c="dimmed">
            {isEnded(step.state) ? words.noResult : words.notYet}
          </Text>
        ) : (
          <>
            {/* A long result scrolls inside itself, by keyboard too. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <pre className={classes.result} tabIndex={0}>
              {text}
            </pre>
            {text.length > LONGEST ? (
              <Text size="xs" c="dimmed">
                {words.shortened}
              </Text>
            ) : null}
          </>
        )}
      </div>
    </>
  );
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined;
}

function NestedSteps({ run, call }: { run: Run; call: Call }) {
  const { nested, step } = call;
  if (nested.length === 0) return null;
  const part = partsOf(run).find(({ steps }) => steps.some((one) => one.step?.n === step.n));
  const shown = part?.steps.filter((one) => one.step !== null && one.step.n !== step.n) ?? [];
  return (
    <div>
      <div className={classes.title}>{words.steps}</div>
      <ul className={classes.steps}>
        {shown.map(({ key, name, look, step: one }) => (
          <li key={key}>
            <span className={classes.stepName}>{name}</span>
            <span className={classes.facts}>
              {[look.word, ...(one && !isZero(one.credits) ? [creditsText(one.credits)] : [])].join(
                ' · ',
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

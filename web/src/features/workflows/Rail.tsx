/** Beside the editor: what each step and all of them may cost, and the button that saves. */
import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import type { Quote } from '../../api/gen';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import type { Builder } from './useBuilder';
import { TestStep } from './TestStep';
import { type DraftEstimate, useDraftEstimate } from './useDraftEstimate';
import type { Save } from './useSave';
import { railWords as words } from './words';
import classes from './Workflows.module.css';

interface Props {
  builder: Builder;
  save: Save;
  /** Its id; null: it has not been saved yet. */
  kept: string | null;
}

export function Rail({ builder, save, kept }: Props) {
  const { definition, broken, faults } = builder;
  const wrong = broken.length + Object.keys(faults).length;
  const estimate = useDraftEstimate(definition, definition.steps.length > 0 && broken.length === 0);
  return (
    <div className={classes.rail}>
      <Section title={words.title}>
        <Estimate estimate={estimate} />
      </Section>
      {kept === null ? null : <TestStep workflowId={kept} builder={builder} quote={estimate.quote} />}
      <Stack gap="sm">
        {save.conflict ? <Conflict reload={save.reload} /> : null}
        {save.failure ? <Failure text={words.notSaved} error={save.failure} /> : null}
        {save.tried && wrong > 0 ? (
          <Text size="sm" c="red" role="alert">
            {words.mistakes(wrong)}
          </Text>
        ) : null}
        <Button loading={save.busy} onClick={save.press} data-testid="save-workflow">
          {kept === null ? words.saveFirst : words.save}
        </Button>
        <Text size="sm" c="dimmed">
          {builder.dirty ? `${words.unsaved} ` : ''}
          {words.note}
        </Text>
      </Stack>
    </div>
  );
}

function Conflict({ reload }: { reload: () => void }) {
  return (
    <Alert color="orange" icon={<IconUsers aria-hidden />} title={words.conflictTitle} role="alert">
      <Text size="sm" mb="xs">
        {words.conflict}
      </Text>
      <Button size="compact-md" variant="default" onClick={reload}>
        {words.reload}
      </Button>
    </Alert>
  );
}

function Estimate({ estimate: { quote, incomplete, failed } }: { estimate: DraftEstimate }) {
  const unknown = failed ? words.failed : incomplete ? words.incomplete : words.estimating;
  return (
    <Stack gap="sm">
      {quote?.steps && quote.steps.length > 0 ? (
        <ul className={classes.estimates} aria-label={words.perStep}>
          {quote.steps.map(({ name, low, high }, index) => (
            // Two steps may have one name.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <span>{name}</span>
              <span>{words.range(low, high)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <Text fw={600} data-testid="workflow-estimate">
        {quote ? totalText(quote) : unknown}
      </Text>
      {quote ? <Text size="sm">{words.hold(quote.hold)}</Text> : null}
      {quote ? (
        <Text size="sm" c="dimmed">
          {quote.basis_text}
        </Text>
      ) : null}
      <Text size="sm" c="dimmed">
        {words.free}
      </Text>
    </Stack>
  );
}

function totalText({ low, high, basis }: Quote): string {
  return basis === 'history' ? words.usually(low, high) : words.byRateCard(low, high);
}

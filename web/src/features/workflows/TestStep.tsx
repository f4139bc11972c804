/** Beside the editor: one step alone, with what an earlier run left for it. It uses credits. */
import { Alert, Anchor, Button, NativeSelect, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ConditionTest, Quote } from '../../api/gen';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { Facts } from '../../ui/Facts';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import type { Step } from './definition';
import type { Builder } from './useBuilder';
import { useTestStep } from './useTestStep';
import { testWords as words } from './words';

interface Props {
  workflowId: string;
  builder: Builder;
  /** Of the whole draft, while there is one. */
  quote: Quote | null;
}

export function TestStep({ workflowId, builder, quote }: Props) {
  const { billing_access: billingAccess } = useMe();
  const { steps } = builder.definition;
  const [chosen, setChosen] = useState('');
  const index = Math.max(0, steps.findIndex(({ id }) => id === chosen));
  const step = steps[index];
  const test = useTestStep(workflowId, builder);
  const { gate } = test;
  if (!step) return null;
  const free = step.kind === 'condition';
  const dead = gate.closed && !free;
  return (
    <Section title={words.title} description={words.lead}>
      <Stack gap="sm">
        <NativeSelect
          label={words.step}
          data={steps.map(({ id, name }, place) => ({
            value: id,
            label: words.option(place + 1, name),
          }))}
          value={step.id}
          onChange={({ currentTarget }) => {
            setChosen(currentTarget.value);
            test.forget();
          }}
        />
        <Text size="sm" data-testid="test-cost">
          {costText(steps, index, quote)}
        </Text>
        {test.unfinished ? (
          <Text size="sm" c="red" role="alert">
            {words.unfinished}
          </Text>
        ) : null}
        {test.failure ? <Failure text={words.failed} error={test.failure} /> : null}
        {dead ? (
          <OutOfCredits problem={gate.problem} balance={gate.balance} billingAccess={billingAccess} />
        ) : null}
        <Button
          variant="default"
          loading={test.busy}
          data-disabled={dead || undefined}
          aria-disabled={dead || undefined}
          onClick={() => {
            if (!dead) test.press(step.id);
          }}
        >
          {words.press(index + 1)}
        </Button>
        {test.condition ? <Looked condition={test.condition} /> : null}
        {test.run === null ? null : (
          <Text size="sm" component="output">
            {words.started(index + 1)}{' '}
            <Anchor href={`/runs/${test.run}`} target="_blank" rel="noopener" inherit>
              {words.toRun}
            </Anchor>
          </Text>
        )}
      </Stack>
    </Section>
  );
}

/** Of the whole draft's estimate, what belongs to one step: conditions have no line in it. */
function costText(steps: readonly Step[], index: number, quote: Quote | null): string {
  if (steps[index]?.kind === 'condition') return words.free;
  const before = steps.slice(0, index).filter(({ kind }) => kind !== 'condition').length;
  const own = quote?.steps?.[before];
  return own ? words.uses(own.low, own.high) : words.usesUnknown;
}

function Looked({ condition: { held, left, right } }: { condition: ConditionTest }) {
  return (
    <Alert color={held ? 'green' : 'gray'} title={held ? words.held : words.notHeld}>
      <Facts
        facts={[
          { name: words.left, value: left || words.nothing, long: true },
          right === '' ? null : { name: words.right, value: right, long: true },
        ]}
      />
    </Alert>
  );
}

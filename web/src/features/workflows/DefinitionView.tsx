/** A workflow to be read: what it asks for, and each step with where its values come from. */
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { toolsQuery } from '../../api/queries';
import { type Fact, Facts } from '../../ui/Facts';
import { useInstance } from '../../ui/instance';
import { sentence } from '../tools/inputs/fields';
import { type Definition, isAlone, type Source, type Step } from './definition';
import { pathText } from './mapping';
import { builderWords, versionWords as words } from './words';
import classes from './Workflows.module.css';

export function DefinitionView({ definition }: { definition: Definition }) {
  const { agent_name: agent } = useInstance();
  const kinds = builderWords.stepKinds(agent);
  const asked = definition.inputs.map(({ label, kind, required }) => {
    const text = `${label} (${builderWords.kinds[kind].toLowerCase()})`;
    return required ? `${text}, ${words.required}` : text;
  });
  return (
    <Stack gap="md">
      <Facts
        facts={[{ name: words.asks, value: asked.length === 0 ? words.asksNothing : asked.join('; ') }]}
      />
      <ol className={classes.steps}>
        {definition.steps.map((step, index) => (
          <li key={step.id} className={classes.step}>
            <Text size="sm" fw={600} c="dimmed">
              {builderWords.step(index + 1, kinds[step.kind])}
            </Text>
            <Text fw={600} mb="xs">
              {step.name}
            </Text>
            <StepFacts step={step} definition={definition} />
          </li>
        ))}
      </ol>
    </Stack>
  );
}

function StepFacts({ step, definition }: { step: Step; definition: Definition }) {
  const tools = useQuery(toolsQuery).data?.data ?? [];
  const { agent_name: agent } = useInstance();
  const text = (source: Source) => sourceText(source, definition);
  if (step.kind === 'condition') {
    const right = step.right && !isAlone(step.test) ? ` “${text(step.right)}”` : '';
    return (
      <Text size="sm">
        {`${builderWords.left} ${text(step.left)} ${builderWords.tests[step.test]}${right}`}
      </Text>
    );
  }
  const sources = Object.entries(step.inputs).map(
    ([name, source]): Fact => ({
      name: sentence(name),
      value: <span className={classes.pre}>{text(source)}</span>,
    }),
  );
  const what: Fact =
    step.kind === 'tool'
      ? {
          name: builderWords.stepKinds(agent).tool,
          value: tools.find(({ id }) => id === step.tool)?.name ?? step.tool,
        }
      : { name: words.question, value: <span className={classes.pre}>{step.prompt}</span> };
  return <Facts facts={[what, ...sources]} />;
}

function sourceText(source: Source, definition: Definition): string {
  if ('from' in source) return pathText(source.from, definition);
  return typeof source.value === 'string' ? source.value : JSON.stringify(source.value);
}

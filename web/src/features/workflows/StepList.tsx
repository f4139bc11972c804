/** The steps of a workflow in the editor, from top to bottom, and what can be added at the end. */
import { Button, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconArrowsSplit2, IconMessage, IconWand } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Tool, ToolSummary } from '../../api/gen';
import { toolQuery, toolsQuery } from '../../api/queries';
import { Dialog } from '../../ui/Dialog';
import { useInstance } from '../../ui/instance';
import { Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words as tools } from '../tools/words';
import { MOST_STEPS } from './edit';
import { StepCard } from './StepCard';
import { type Builder, UNDO_ID } from './useBuilder';
import { builderWords as words } from './words';
import classes from './Workflows.module.css';

interface Props {
  builder: Builder;
  /** Those of its steps that are there. */
  tools: readonly Tool[];
}

export function StepList({ builder, tools: known }: Props) {
  const { steps } = builder.definition;
  return (
    <Section title={words.steps} description={words.stepsLead}>
      <Stack gap="md">
        {builder.faults['steps'] ? (
          <Text size="sm" c="red" role="alert">
            {builder.faults['steps']}
          </Text>
        ) : null}
        {steps.length === 0 ? (
          <Text size="sm" c="dimmed">
            {words.noSteps}
          </Text>
        ) : (
          <ol className={classes.steps}>
            {steps.map((step, index) => (
              <StepCard key={step.id} builder={builder} step={step} index={index} tools={known} />
            ))}
          </ol>
        )}
        <Undo builder={builder} />
        <AddStep builder={builder} />
      </Stack>
    </Section>
  );
}

// It stays until the next step is added or removed: nobody has to be quick.
function Undo({ builder: { removed, undo } }: Pick<Props, 'builder'>) {
  if (removed === null) return null;
  return (
    <div className={classes.undo}>
      <Text size="sm">{words.removed(removed.step.name)}</Text>
      <Button id={UNDO_ID} variant="default" size="compact-md" onClick={undo}>
        {words.undo}
      </Button>
    </div>
  );
}

function AddStep({ builder }: Pick<Props, 'builder'>) {
  const { agent_name: agent } = useInstance();
  const [choosing, setChoosing] = useState(false);
  if (builder.definition.steps.length >= MOST_STEPS) {
    return (
      <Text size="sm" c="dimmed">
        {words.full(MOST_STEPS)}
      </Text>
    );
  }
  return (
    <Group gap="sm">
      <Button
        variant="default"
        leftSection={<IconWand size={16} aria-hidden />}
        onClick={() => setChoosing(true)}
      >
        {words.addTool}
      </Button>
      <Button
        variant="default"
        leftSection={<IconMessage size={16} aria-hidden />}
        onClick={() =>
          builder.add({ kind: 'prompt', name: words.askName(agent), prompt: '', inputs: {} })
        }
      >
        {words.addPrompt(agent)}
      </Button>
      <Button
        variant="default"
        leftSection={<IconArrowsSplit2 size={16} aria-hidden />}
        onClick={() =>
          builder.add({
            kind: 'condition',
            name: words.conditionName,
            left: { from: '' },
            test: 'contains',
          })
        }
      >
        {words.addCondition}
      </Button>
      {choosing ? <ChooseTool builder={builder} close={() => setChoosing(false)} /> : null}
    </Group>
  );
}

function ChooseTool({ builder, close }: Pick<Props, 'builder'> & { close: () => void }) {
  const queries = useQueryClient();
  const query = useQuery(toolsQuery);
  // With its form at hand the step is there at once, and can have the focus.
  const choose = async ({ id, name }: ToolSummary) => {
    await queries.prefetchQuery(toolQuery(id));
    close();
    builder.add({ kind: 'tool', name, tool: id, inputs: {} });
  };
  return (
    <Dialog title={words.chooseTool} close={close}>
      <Remote query={query} what={tools.what}>
        {({ data }) => (
          <ul className={classes.tools}>
            {data.map((tool) => (
              <li key={tool.id}>
                <UnstyledButton className={classes.tool} onClick={() => void choose(tool)}>
                  <Text fw={550}>{tool.name}</Text>
                  <Text size="sm" c="dimmed">
                    {tool.purpose}
                  </Text>
                </UnstyledButton>
              </li>
            ))}
          </ul>
        )}
      </Remote>
    </Dialog>
  );
}

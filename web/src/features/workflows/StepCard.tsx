/** A step in the editor: its name, what can be done with it, and under that what it does. */
import { ActionIcon, type ActionIconProps, Group, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconTrash } from '@tabler/icons-react';
import type { Tool } from '../../api/gen';
import { useInstance } from '../../ui/instance';
import type { Step } from './definition';
import { MOST_STEPS } from './edit';
import { stepKey } from './faults';
import { StepBody } from './StepBody';
import { type Builder, moveId, nameId } from './useBuilder';
import { builderWords as words } from './words';
import classes from './Workflows.module.css';

interface Props {
  builder: Builder;
  step: Step;
  index: number;
  tools: readonly Tool[];
}

export function StepCard({ builder, step, index, tools }: Props) {
  const { agent_name: agent } = useInstance();
  const title = words.step(index + 1, words.stepKinds(agent)[step.kind]);
  return (
    <li className={classes.step} data-testid="builder-step" aria-label={`${title}: ${step.name}`}>
      <header>
        <h3 className={classes.stepTitle}>{title}</h3>
        <Buttons builder={builder} step={step} index={index} />
      </header>
      <TextInput
        id={nameId(step.id)}
        label={words.stepName}
        maxLength={80}
        mb="md"
        value={step.name}
        error={builder.faults[stepKey(step.id, 'name')]}
        onChange={(event) => builder.change({ ...step, name: event.currentTarget.value }, 'name')}
      />
      <StepBody builder={builder} step={step} index={index} tools={tools} />
    </li>
  );
}

function Buttons({ builder, step, index }: Omit<Props, 'tools'>) {
  const { steps } = builder.definition;
  const last = index === steps.length - 1;
  const full = steps.length >= MOST_STEPS;
  return (
    <Group gap={2}>
      <IconButton
        id={moveId(step.id, -1)}
        label={words.up(step.name)}
        off={index === 0}
        press={() => builder.move(index, -1)}
      >
        <IconArrowUp size={18} aria-hidden />
      </IconButton>
      <IconButton
        id={moveId(step.id, 1)}
        label={words.down(step.name)}
        off={last}
        press={() => builder.move(index, 1)}
      >
        <IconArrowDown size={18} aria-hidden />
      </IconButton>
      <IconButton
        label={words.duplicate(step.name)}
        off={full}
        press={() => builder.duplicate(index)}
      >
        <IconCopy size={18} aria-hidden />
      </IconButton>
      <IconButton label={words.remove(step.name)} off={false} press={() => builder.remove(index)}>
        <IconTrash size={18} aria-hidden />
      </IconButton>
    </Group>
  );
}

interface IconButtonProps extends ActionIconProps {
  id?: string;
  label: string;
  /** It does nothing now; the focus can stay on it all the same. */
  off: boolean;
  press: () => void;
}

function IconButton({ label, off, press, ...props }: IconButtonProps) {
  return (
    <ActionIcon
      type="button"
      variant="subtle"
      color="gray"
      size={36}
      aria-label={label}
      aria-disabled={off || undefined}
      data-disabled={off || undefined}
      onClick={() => {
        if (!off) press();
      }}
      {...props}
    />
  );
}

/** What a step does: the inputs of its tool, the question with its material, or the condition. */
import { ActionIcon, Button, NativeSelect, Stack, Text, Textarea } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Tool } from '../../api/gen';
import { useInstance } from '../../ui/instance';
import { type Field, type FieldKind, fieldsOf, oneOfText } from '../tools/inputs/fields';
import fieldClasses from '../tools/inputs/InputFields.module.css';
import { inputWords } from '../tools/words';
import {
  type ConditionStep,
  isAlone,
  plainField,
  type PromptStep,
  type Source,
  type Step,
  tests,
  type ToolStep,
} from './definition';
import { addMaterial, changeMaterial } from './edit';
import { stepKey } from './faults';
import { type Offers, offersFor } from './mapping';
import { SourceField } from './SourceField';
import { type Builder, errorAt } from './useBuilder';
import { builderWords as words } from './words';
import classes from './Workflows.module.css';

interface Props<S extends Step> {
  builder: Builder;
  step: S;
  index: number;
  tools: readonly Tool[];
}

export function StepBody({ step, ...props }: Props<Step>) {
  switch (step.kind) {
    case 'tool':
      return <ToolBody step={step} {...props} />;
    case 'prompt':
      return <PromptBody step={step} {...props} />;
    default:
      return <ConditionBody step={step} {...props} />;
  }
}

function offers({ builder, index, tools }: Omit<Props<Step>, 'step'>, wanted: FieldKind): Offers[] {
  const kinds = Object.fromEntries(tools.map(({ id, result_kind: kind }) => [id, kind]));
  return offersFor(builder.definition, index, wanted, kinds);
}

function ToolBody(props: Props<ToolStep>) {
  const { builder, step, tools } = props;
  const tool = tools.find(({ id }) => id === step.tool);
  if (!tool) {
    return (
      <Text size="sm" c="red" role="alert">
        {words.toolGone}
      </Text>
    );
  }
  const fields = fieldsOf(tool.inputs).map(withHelp);
  const advanced = fields.filter((field) => field.advanced);
  const open = advanced.some(
    ({ name }) => name in step.inputs || errorAt(builder, step.id, `inputs/${name}`),
  );
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {tool.purpose}
      </Text>
      {fields
        .filter((field) => !field.advanced)
        .map((field) => (
          <ToolInput key={field.name} field={field} {...props} />
        ))}
      {advanced.length === 0 ? null : (
        <details className={fieldClasses.advanced} open={open || undefined}>
          <summary>{words.advanced}</summary>
          <Stack gap="md" pt="sm">
            {advanced.map((field) => (
              <ToolInput key={field.name} field={field} {...props} />
            ))}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

// Where one of several is enough, each says so.
function withHelp(field: Field, _: number, fields: readonly Field[]): Field {
  if (field.oneOf.length === 0) return field;
  const help = `${field.help} ${inputWords.oneOf(oneOfText(fields, field))}`.trim();
  return { ...field, help };
}

function ToolInput({ field, ...props }: Props<ToolStep> & { field: Field }) {
  const { builder, step } = props;
  const slot = `inputs/${field.name}`;
  const change = (source: Source | undefined) => {
    const { [field.name]: _, ...others } = step.inputs;
    const inputs = source === undefined ? others : { ...others, [field.name]: source };
    builder.change({ ...step, inputs }, slot);
  };
  return (
    <SourceField
      id={`${step.id}-${field.name}`}
      field={field}
      source={step.inputs[field.name]}
      offers={offers(props, field.kind)}
      error={errorAt(builder, step.id, slot)}
      fixed
      change={change}
    />
  );
}

function PromptBody(props: Props<PromptStep>) {
  const { builder, step } = props;
  const { agent_name: agent } = useInstance();
  const offered = offers(props, 'text');
  const first = offered.at(-1)?.items[0];
  return (
    <Stack gap="md">
      <Textarea
        id={`${step.id}-prompt`}
        label={words.prompt(agent)}
        rows={4}
        maxLength={8000}
        classNames={{ input: classes.prompt }}
        value={step.prompt}
        error={builder.faults[stepKey(step.id, 'prompt')]}
        onChange={(event) =>
          builder.change({ ...step, prompt: event.currentTarget.value }, 'prompt')
        }
      />
      <div>
        <Text size="sm" fw={550}>
          {words.material}
        </Text>
        <Text size="xs" c="dimmed" mb="xs">
          {words.materialHelp}
        </Text>
        <Materials {...props} offered={offered} />
        {first ? (
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconPlus size={15} aria-hidden />}
            onClick={() =>
              builder.change(addMaterial(step, { from: first.path }, builder.definition), 'inputs')
            }
          >
            {words.addMaterial}
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            {words.noMaterial}
          </Text>
        )}
      </div>
    </Stack>
  );
}

function Materials({ builder, step, offered }: Props<PromptStep> & { offered: readonly Offers[] }) {
  const remove = (name: string) => {
    const { [name]: _, ...inputs } = step.inputs;
    builder.change({ ...step, inputs }, `inputs/${name}`);
  };
  const all = Object.entries(step.inputs);
  if (all.length === 0) return null;
  return (
    <ul className={classes.materials} style={{ marginBottom: 12 }}>
      {all.map(([name, source], index) => (
        // Its name changes with its source, its place does not.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index} className={classes.material}>
          <SourceField
            id={`${step.id}-material-${index}`}
            field={{
              ...plainField(words.materialNumber(index + 1), 'long_text', true),
              help: words.materialName(name),
            }}
            source={source}
            offers={offered}
            error={errorAt(builder, step.id, `inputs/${name}`)}
            fixed={false}
            change={(next) =>
              builder.change(
                changeMaterial(step, name, next ?? { from: '' }, builder.definition),
                `inputs/${name}`,
              )
            }
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={words.removeMaterial(index + 1)}
            onClick={() => remove(name)}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

function ConditionBody(props: Props<ConditionStep>) {
  const { builder, step } = props;
  const offered = offers(props, 'text');
  const { right: _, ...alone } = step;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {words.conditionHelp}
      </Text>
      <SourceField
        id={`${step.id}-left`}
        field={plainField(words.left, 'text', true)}
        source={'from' in step.left && step.left.from === '' ? undefined : step.left}
        offers={offered}
        error={errorAt(builder, step.id, 'left')}
        fixed={false}
        change={(left) => builder.change({ ...step, left: left ?? { from: '' } }, 'left')}
        leave={() => builder.leave(step.id, 'left')}
      />
      <NativeSelect
        id={`${step.id}-test`}
        label={words.test}
        data={tests.map((value) => ({ value, label: words.tests[value] }))}
        value={step.test}
        onChange={({ currentTarget: { value } }) =>
          builder.change({ ...step, test: tests.find((one) => one === value) ?? step.test }, 'right')
        }
      />
      {isAlone(step.test) ? null : (
        <SourceField
          id={`${step.id}-right`}
          field={plainField(words.right, 'text', true)}
          source={step.right}
          offers={offered}
          error={errorAt(builder, step.id, 'right')}
          fixed
          change={(right) =>
            builder.change(right === undefined ? alone : { ...step, right }, 'right')
          }
        />
      )}
    </Stack>
  );
}

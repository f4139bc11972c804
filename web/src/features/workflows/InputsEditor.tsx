/** What a workflow asks for before it runs: a label, a kind, and whether it must be filled in. */
import { ActionIcon, Button, NativeSelect, Switch, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { ControlGroup } from '../../ui/ControlGroup';
import { Section } from '../../ui/Section';
import { inputKinds, type WorkflowInput } from './definition';
import { changeInput, MOST_INPUTS, nameByLabel, removeInput } from './edit';
import { inputKey } from './faults';
import { type Builder, labelId } from './useBuilder';
import { builderWords as words } from './words';
import classes from './Workflows.module.css';

export function InputsEditor({ builder }: { builder: Builder }) {
  const { definition } = builder;
  return (
    <Section title={words.inputs} description={words.inputsLead}>
      {definition.inputs.length === 0 ? (
        <Text size="sm" c="dimmed" mb="md">
          {words.noInputs}
        </Text>
      ) : (
        <ul className={classes.inputs} style={{ marginBottom: 16 }}>
          {definition.inputs.map((input, index) => (
            // Its name may change while the label is left, its place does not.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index}>
              <OneInput builder={builder} input={input} index={index} />
            </li>
          ))}
        </ul>
      )}
      {builder.faults['inputs'] ? (
        <Text size="sm" c="red" role="alert" mb="sm">
          {builder.faults['inputs']}
        </Text>
      ) : null}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        disabled={definition.inputs.length >= MOST_INPUTS}
        onClick={builder.addInput}
      >
        {words.addInput}
      </Button>
    </Section>
  );
}

interface Props {
  builder: Builder;
  input: WorkflowInput;
  index: number;
}

function OneInput({ builder, input, index }: Props) {
  const { definition, faults } = builder;
  const { name, label, kind, required } = input;
  const key = (slot: string) => inputKey(name, slot);
  const change = (part: Partial<Omit<WorkflowInput, 'name'>>, slot: string) =>
    builder.set(changeInput(definition, name, part), key(slot));
  return (
    <ControlGroup label={words.input(index + 1)}>
      <div className={classes.input}>
        <TextInput
          id={labelId(index)}
          label={words.inputLabel}
          maxLength={80}
          value={label}
          error={faults[key('label')] ?? faults[key('name')]}
          onChange={(event) => change({ label: event.currentTarget.value }, 'label')}
          onBlur={() => builder.set(nameByLabel(definition, name), key('name'))}
        />
        <NativeSelect
          label={words.inputKind}
          data={inputKinds.map((value) => ({ value, label: words.kinds[value] }))}
          value={kind}
          onChange={({ currentTarget: { value } }) =>
            change({ kind: inputKinds.find((one) => one === value) ?? kind }, 'kind')
          }
        />
        <Switch
          label={words.inputRequired}
          mb={8}
          checked={required}
          onChange={(event) => change({ required: event.currentTarget.checked }, 'required')}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={words.removeInput(label || words.input(index + 1))}
          onClick={() => builder.set(removeInput(definition, name), `input:${name}:`)}
        >
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
        <Text size="xs" c="dimmed" className={classes.wide}>
          {words.inputName(name)}
        </Text>
      </div>
    </ControlGroup>
  );
}

/** A form's fields from a tool's schema; the rarely needed ones are folded away. */
import { NativeSelect, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { FileField } from '../../files/FileField';
import { inputWords as words } from '../words';
import {
  type Field,
  type FormErrors,
  type FormValue,
  type FormValues,
  oneOfText,
  sentence,
} from './fields';
import classes from './InputFields.module.css';

interface Props {
  fields: readonly Field[];
  values: FormValues;
  errors: FormErrors;
  change: (name: string, value: FormValue) => void;
  /** A field was left: what can be said about it is said now. */
  leave: (name: string) => void;
}

/** The id of a field's element, by which the first wrong one gets the focus. */
export function fieldId(name: string): string {
  return `input-${name}`;
}

/** Puts the focus on the first field with an error; says whether there was one. */
export function focusFirst(fields: readonly Field[], errors: FormErrors): boolean {
  const first = fields.find(({ name }) => name in errors);
  if (!first) return false;
  const element = document.getElementById(fieldId(first.name));
  const folded = element?.closest('details');
  if (folded) folded.open = true;
  element?.focus();
  return true;
}

export function InputFields({ fields, ...form }: Props) {
  const plain = fields.filter(({ advanced }) => !advanced);
  const advanced = fields.filter((field) => field.advanced);
  const wrong = advanced.some(({ name }) => name in form.errors);
  const [opened, setOpened] = useState(false);
  return (
    <Stack gap="md">
      {plain.map((field) => (
        <OneField key={field.name} field={field} fields={fields} {...form} />
      ))}
      {advanced.length === 0 ? null : (
        <details
          className={classes.advanced}
          open={opened || wrong}
          onToggle={(event) => setOpened(event.currentTarget.open)}
        >
          <summary>{words.advanced}</summary>
          <Stack gap="md" pt="sm">
            {advanced.map((field) => (
              <OneField key={field.name} field={field} fields={fields} {...form} />
            ))}
          </Stack>
        </details>
      )}
    </Stack>
  );
}

interface OneProps extends Props {
  field: Field;
}

function OneField({ field, fields, values, errors, change, leave }: OneProps) {
  const { name, kind } = field;
  const value = values[name] ?? field.initial;
  const text = typeof value === 'string' ? value : '';
  const error = errors[name];
  const common = {
    id: fieldId(name),
    label: <Label field={field} />,
    description: helpText(field, fields),
    error,
    required: field.required,
    onBlur: () => leave(name),
  };
  const typed = { value: text, onChange: onText((next) => change(name, next)) };
  switch (kind) {
    case 'switch':
      return (
        <Switch
          id={common.id}
          label={field.label}
          description={common.description}
          error={error}
          checked={value === true}
          onChange={(event) => change(name, event.currentTarget.checked)}
        />
      );
    case 'choice':
      return <NativeSelect {...common} {...typed} data={options(field)} />;
    case 'long_text':
      return <Textarea {...common} {...typed} rows={6} classNames={{ input: classes.long }} />;
    case 'lines':
    case 'pages':
      return <Lines {...common} {...typed} kind={kind} />;
    case 'file':
      return (
        <FileField {...common} accept={field.accept} value={text} change={(id) => change(name, id)} />
      );
    case 'number':
    case 'integer':
      return <TextInput {...common} {...typed} inputMode={kind === 'integer' ? 'numeric' : 'decimal'} />;
    case 'url':
      return <TextInput {...common} {...typed} type="url" placeholder="https://" />;
    default:
      return <TextInput {...common} {...typed} />;
  }
}

function helpText(field: Field, fields: readonly Field[]): string | undefined {
  const which = field.oneOf.length > 0 ? words.oneOf(oneOfText(fields, field)) : '';
  return `${field.help} ${which}`.trim() || undefined;
}

function onText(change: (text: string) => void) {
  return (event: { currentTarget: { value: string } }) => change(event.currentTarget.value);
}

type LinesProps = Omit<Parameters<typeof Textarea>[0], 'kind'> & { kind: 'lines' | 'pages' };

function Lines({ kind, description, ...props }: LinesProps) {
  const how = kind === 'pages' ? words.onePagePerLine : words.onePerLine;
  return (
    <Textarea
      {...props}
      description={description ? <>{description} {how}</> : how}
      rows={3}
      classNames={{ input: classes.lines }}
    />
  );
}

function Label({ field }: { field: Field }) {
  return (
    <>
      {field.label}
      {field.required ? (
        <Text span size="xs" c="dimmed">
          {` ${words.required}`}
        </Text>
      ) : null}
    </>
  );
}

function options({ choices, required, initial }: Field) {
  const data = choices.map((value) => ({ value, label: sentence(value) }));
  // A choice that must be made and has no default starts with none.
  return required && initial !== '' ? data : [{ value: '', label: words.notSet }, ...data];
}

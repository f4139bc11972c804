/**
 * One value of a step: the picker that says where it comes from, and under it the value itself
 * where it is a fixed one, with the widget that the tool's own form would show.
 */
import { NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Field, inputsOf, sentence, valuesOf } from '../tools/inputs/fields';
import { InputFields } from '../tools/inputs/InputFields';
import { inputWords } from '../tools/words';
import type { Source } from './definition';
import { type Offers, PART } from './mapping';
import { mappingWords as words } from './words';
import classes from './Workflows.module.css';

interface Props {
  /** Unlike that of any other value on the page. */
  id: string;
  field: Field;
  source: Source | undefined;
  offers: readonly Offers[];
  error: string | undefined;
  /** A fixed value makes sense here. */
  fixed: boolean;
  change: (source: Source | undefined) => void;
  /** The picker has lost the focus. */
  leave?: () => void;
}

const FIXED = 'value';
const UNSET = '';

export function SourceField({ id, field, source, offers, error, fixed, change, leave }: Props) {
  const mode = modeOf(source, offers, fixed && field.required);
  const part = mode.endsWith(PART);
  const pick = (next: string) => {
    if (next === UNSET) change(undefined);
    else change(next === FIXED ? { value: '' } : { from: next });
  };
  return (
    <fieldset className={classes.source} aria-label={field.label}>
      <NativeSelect
        id={id}
        label={<Label field={field} />}
        description={field.help || undefined}
        error={mode === FIXED || part ? undefined : error}
        data={choices({ field, source, offers, fixed, mode })}
        value={mode}
        onChange={(event) => pick(event.currentTarget.value)}
        onBlur={leave}
      />
      {mode === FIXED ? (
        <div className={classes.below}>
          <FixedValue
            id={id}
            field={field}
            raw={source && 'value' in source ? source.value : undefined}
            error={error}
            change={(value) => change({ value })}
          />
        </div>
      ) : null}
      {part && source && 'from' in source ? (
        <div className={classes.below}>
          <TextInput
            id={`${id}-part`}
            label={words.partName}
            description={words.partHelp}
            error={error}
            value={source.from.slice(mode.length)}
            onChange={(event) => change({ from: mode + event.currentTarget.value.trim() })}
          />
        </div>
      ) : null}
    </fieldset>
  );
}

/** What the picker shows: nothing, a fixed value, a path, or a path whose part is written below. */
function modeOf(source: Source | undefined, offers: readonly Offers[], fixedAtFirst: boolean): string {
  if (source === undefined) return fixedAtFirst ? FIXED : UNSET;
  if ('value' in source) return FIXED;
  const paths = offers.flatMap(({ items }) => items.map(({ path }) => path));
  if (paths.includes(source.from)) return source.from;
  return paths.find((path) => path.endsWith(PART) && source.from.startsWith(path)) ?? source.from;
}

type Choosing = Pick<Props, 'field' | 'source' | 'offers' | 'fixed'> & { mode: string };

function choices({ field, source, offers, fixed, mode }: Choosing) {
  const unset = field.required ? words.choosePath : unsetText(field);
  const known = offers.flatMap(({ items }) => items.map(({ path }) => path));
  // A path that is not offered is shown as it stands until another one is chosen.
  const lost = source && 'from' in source && mode !== UNSET && !known.includes(mode) ? [mode] : [];
  return [
    ...(field.required && mode !== UNSET ? [] : [{ value: UNSET, label: unset }]),
    ...(fixed || mode === FIXED ? [{ value: FIXED, label: words.fixed }] : []),
    ...lost.map((path) => ({ value: path, label: words.lostPath(path) })),
    ...offers.map(({ group, items }) => ({
      group,
      items: items.map(({ path, label }) => ({ value: path, label })),
    })),
  ];
}

function unsetText({ initial, kind }: Field): string {
  if (typeof initial !== 'string' || initial === '') return words.notSet;
  return words.usual(kind === 'choice' ? sentence(initial) : initial);
}

function Label({ field }: { field: Field }) {
  return (
    <>
      {field.label}
      {field.required ? (
        <Text span size="xs" c="dimmed">
          {` ${inputWords.required}`}
        </Text>
      ) : null}
    </>
  );
}

interface FixedProps {
  id: string;
  field: Field;
  raw: unknown;
  error: string | undefined;
  change: (raw: unknown) => void;
}

// What is typed is kept as it is typed: `1.` is no number yet, and must not become one.
function FixedValue({ id, field, raw, error, change }: FixedProps) {
  const name = `${id}-value`;
  const shown: Field = { ...field, name, label: words.value, help: '', oneOf: [] };
  const [value, setValue] = useState(
    () => valuesOf([shown], raw === undefined ? {} : { [name]: raw })[name] ?? '',
  );
  return (
    <InputFields
      fields={[shown]}
      values={{ [name]: value }}
      errors={error === undefined ? {} : { [name]: error }}
      leave={() => undefined}
      change={(_, next) => {
        setValue(next);
        change(inputsOf([shown], { [name]: next })[name] ?? '');
      }}
    />
  );
}

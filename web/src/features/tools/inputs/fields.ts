/**
 * The inputs of a tool as fields of a form. The JSON Schema subset is ours: text, numbers,
 * choices, yes or no, files, addresses and lists of them. In the form every value is a text
 * or a yes/no; `inputsOf` makes of it what the server takes, and the server has the last word.
 */
import { inputWords } from '../words';

export type FieldKind =
  | 'text'
  | 'long_text'
  | 'number'
  | 'integer'
  | 'choice'
  | 'switch'
  | 'file'
  | 'url'
  | 'lines'
  | 'pages';

export interface Field {
  name: string;
  kind: FieldKind;
  label: string;
  help: string;
  required: boolean;
  advanced: boolean;
  initial: FormValue;
  /** Of a choice. */
  choices: readonly string[];
  /** Inputs of which one is enough, this one among them; empty: it stands alone. */
  oneOf: readonly string[];
  /** Media types a file may have; empty: any the server takes. */
  accept: readonly string[];
  /** Of a number its value, of a text its characters, of a list its lines. */
  least: number | undefined;
  most: number | undefined;
}

export type FormValue = string | boolean;
export type FormValues = Record<string, FormValue>;
export type FormErrors = Record<string, string>;
export type Inputs = Record<string, unknown>;

export function fieldsOf(schema: Record<string, unknown>): Field[] {
  const required = textsIn(schema['required']);
  const oneOf = textsIn(schema['x-one-of']);
  const properties = record(schema['properties']);
  return inOrder(Object.keys(properties), textsIn(schema['x-order'])).map((name) => ({
    ...fieldOf(name, record(properties[name])),
    required: required.includes(name),
    oneOf: oneOf.includes(name) ? oneOf : [],
  }));
}

// An object has no order of its own on its way here; what is not named comes last.
function inOrder(names: readonly string[], order: readonly string[]): string[] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return names.toSorted((a, b) => place(a) - place(b));
}

function fieldOf(
  name: string,
  property: Record<string, unknown>,
): Omit<Field, 'required' | 'oneOf'> {
  const kind = kindOf(property);
  const [least, most] = boundsOf(kind, property);
  return {
    name,
    kind,
    label: textOr(property['title'], sentence(name)),
    help: textOr(property['description'], ''),
    advanced: property['x-advanced'] === true,
    initial: formValue(kind, property['default']),
    choices: textsIn(property['enum']),
    accept: textsIn(property['x-accept']),
    least,
    most,
  };
}

function kindOf({ type, format, ...rest }: Record<string, unknown>): FieldKind {
  if (Array.isArray(rest['enum'])) return 'choice';
  switch (type) {
    case 'boolean':
      return 'switch';
    case 'number':
    case 'integer':
      return type;
    case 'array':
      return format === 'pages' ? 'pages' : 'lines';
    default:
      break;
  }
  if (format === 'long-text') return 'long_text';
  return format === 'file' || format === 'url' ? format : 'text';
}

function boundsOf(kind: FieldKind, property: Record<string, unknown>) {
  const names: [string, string] =
    kind === 'number' || kind === 'integer'
      ? ['minimum', 'maximum']
      : kind === 'lines' || kind === 'pages'
        ? ['minItems', 'maxItems']
        : ['minLength', 'maxLength'];
  return names.map((name) => {
    const value = property[name];
    return typeof value === 'number' ? value : undefined;
  });
}

/** The form as it is before anybody has typed. */
export function initialValues(fields: readonly Field[]): FormValues {
  return Object.fromEntries(fields.map(({ name, initial }) => [name, initial]));
}

/** The form filled with inputs of a run or saved ones; what they do not name is as at first. */
export function valuesOf(fields: readonly Field[], inputs: Inputs): FormValues {
  return Object.fromEntries(
    fields.map(({ name, kind, initial }) => [
      name,
      name in inputs ? formValue(kind, inputs[name]) : initial,
    ]),
  );
}

/** What is sent: nothing for an empty field, so that the server's defaults hold. */
export function inputsOf(fields: readonly Field[], values: FormValues): Inputs {
  const inputs: Inputs = {};
  for (const { name, kind } of fields) {
    const value = values[name];
    if (typeof value === 'boolean') inputs[name] = value;
    else if (value !== undefined && value.trim() !== '') inputs[name] = sentValue(kind, value);
  }
  return inputs;
}

function sentValue(kind: FieldKind, value: string): unknown {
  switch (kind) {
    case 'number':
    case 'integer': {
      const number = Number(value);
      // What is no number is sent as it was typed: the server says what is wrong with it.
      return Number.isFinite(number) ? number : value;
    }
    case 'lines':
    case 'pages':
      return linesOf(value);
    case 'long_text':
      return value;
    default:
      return value.trim();
  }
}

/** What can be said before the server is asked: one sentence for each field that is wrong. */
export function checkValues(fields: readonly Field[], values: FormValues): FormErrors {
  const errors: FormErrors = {};
  for (const field of fields) {
    const error = errorOf(field, values[field.name] ?? '');
    if (error !== null) errors[field.name] = error;
  }
  const missing = missingOneOf(fields, values);
  if (missing) errors[missing.name] ??= inputWords.errors.oneOf(oneOfText(fields, missing));
  return errors;
}

// Where one of several is enough and none is given, the first one says so.
function missingOneOf(fields: readonly Field[], values: FormValues): Field | undefined {
  const group = fields.filter(({ oneOf }) => oneOf.length > 0);
  return group.every(({ name }) => String(values[name] ?? '').trim() === '') ? group[0] : undefined;
}

/** The labels of the inputs of which one is enough: `Text or File`. */
export function oneOfText(fields: readonly Field[], { oneOf }: Field): string {
  const labels = fields.filter(({ name }) => oneOf.includes(name)).map(({ label }) => label);
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(labels);
}

function errorOf(field: Field, value: FormValue): string | null {
  const { errors } = inputWords;
  if (typeof value === 'boolean') return null;
  if (value.trim() === '') return field.required ? errors.missing : null;
  switch (field.kind) {
    case 'number':
    case 'integer':
      return numberError(field, value.trim());
    case 'lines':
    case 'pages':
      return linesError(field, linesOf(value));
    case 'url':
      return isAddress(value.trim()) ? null : errors.url;
    case 'text':
    case 'long_text':
      return lengthError(field, [...value].length);
    default:
      return null;
  }
}

function numberError({ kind, least, most }: Field, value: string): string | null {
  const { errors } = inputWords;
  if (!/^-?\d+(?:\.\d+)?$/.test(value)) return errors.number;
  if (kind === 'integer' && value.includes('.')) return errors.integer;
  if (least !== undefined && Number(value) < least) return errors.min(least);
  return most !== undefined && Number(value) > most ? errors.max(most) : null;
}

function linesError({ kind, least, most }: Field, lines: readonly string[]): string | null {
  const { errors } = inputWords;
  const bad = kind === 'pages' ? lines.find((line) => !isAddress(line)) : undefined;
  if (bad !== undefined) return errors.urlLine(bad);
  if (least !== undefined && lines.length < least) return errors.few(least);
  return most !== undefined && lines.length > most ? errors.many(most) : null;
}

function lengthError({ least, most }: Field, length: number): string | null {
  const { errors } = inputWords;
  if (least !== undefined && length < least) return errors.short(least);
  return most !== undefined && length > most ? errors.long(most) : null;
}

function isAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

function formValue(kind: FieldKind, value: unknown): FormValue {
  if (kind === 'switch') return value === true;
  if (Array.isArray(value)) return textsIn(value).join('\n');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** `very_short` → `Very short`. */
export function sentence(name: string): string {
  const text = name.replaceAll(/_+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

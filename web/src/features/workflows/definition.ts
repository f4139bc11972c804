/**
 * A workflow as the server keeps it: what it asks for, and its steps one after the other. Here it
 * is read, and made ready to be sent; whether it makes sense is the server's to say.
 */
import type { Field, FieldKind } from '../tools/inputs/fields';

export const inputKinds = ['text', 'long_text', 'url', 'file', 'number'] as const;
export type InputKind = (typeof inputKinds)[number];

export const tests = [
  'contains',
  'not_contains',
  'equals',
  'not_equals',
  'is_empty',
  'is_not_empty',
  'greater_than',
  'less_than',
] as const;
export type Test = (typeof tests)[number];

export interface WorkflowInput {
  /** Steps find it under this name. */
  name: string;
  label: string;
  kind: InputKind;
  required: boolean;
}

/** Where a value comes from: a path (`inputs.topic`, `s2.result.rows`), or as it stands. */
export type Source = { from: string } | { value: unknown };
export type Sources = Record<string, Source>;

interface Named {
  id: string;
  name: string;
}
export interface ToolStep extends Named {
  kind: 'tool';
  tool: string;
  inputs: Sources;
}
export interface PromptStep extends Named {
  kind: 'prompt';
  prompt: string;
  inputs: Sources;
}
export interface ConditionStep extends Named {
  kind: 'condition';
  left: Source;
  test: Test;
  right?: Source;
}
export type Step = ToolStep | PromptStep | ConditionStep;

export interface Definition {
  inputs: WorkflowInput[];
  steps: Step[];
}

export type Json = Record<string, unknown>;

export const emptyDefinition: Definition = { inputs: [], steps: [] };

export function readDefinition(given: Json): Definition {
  return {
    inputs: records(given['inputs']).map((input) => ({
      name: text(input['name']),
      label: text(input['label']),
      kind: inputKinds.find((kind) => kind === input['kind']) ?? 'text',
      required: input['required'] !== false,
    })),
    steps: records(given['steps']).map(readStep),
  };
}

function readStep(step: Json): Step {
  const named = { id: text(step['id']), name: text(step['name']) };
  switch (step['kind']) {
    case 'condition':
      return {
        ...named,
        kind: 'condition',
        left: readSource(step['left']),
        test: tests.find((test) => test === step['test']) ?? 'contains',
        ...(isRecord(step['right']) ? { right: readSource(step['right']) } : {}),
      };
    case 'prompt':
      return {
        ...named,
        kind: 'prompt',
        prompt: text(step['prompt']),
        inputs: readSources(step['inputs']),
      };
    default:
      return {
        ...named,
        kind: 'tool',
        tool: text(step['tool']),
        inputs: readSources(step['inputs']),
      };
  }
}

function readSources(given: unknown): Sources {
  if (!isRecord(given)) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, source]) => [name, readSource(source)]),
  );
}

function readSource(given: unknown): Source {
  if (isRecord(given) && 'value' in given) return { value: given['value'] };
  return { from: isRecord(given) ? text(given['from']) : '' };
}

/** What is sent: values that are still empty are left out, so that the tools' defaults hold. */
export function sentDefinition({ inputs, steps }: Definition): Json {
  return { inputs, steps: steps.map(sentStep) };
}

function sentStep(step: Step): Step {
  if (step.kind === 'condition') {
    const { right, ...rest } = step;
    return right === undefined || isAlone(step.test) || isBlank(right) ? rest : { ...rest, right };
  }
  const filled = Object.entries(step.inputs).filter(([, source]) => !isBlank(source));
  return { ...step, inputs: Object.fromEntries(filled) };
}

/** A test that compares with nothing. */
export function isAlone(test: Test): boolean {
  return test === 'is_empty' || test === 'is_not_empty';
}

function isBlank(source: Source): boolean {
  return 'value' in source && (source.value === '' || source.value == null);
}

/** Ids of the tools it runs, each once. */
export function toolsOf({ steps }: Definition): string[] {
  return [...new Set(steps.flatMap((step) => (step.kind === 'tool' ? [step.tool] : [])))];
}

/** All places of a step where a value comes from somewhere, by the server's pointer below it. */
export function sourcesOf(step: Step): [slot: string, source: Source][] {
  if (step.kind !== 'condition') {
    return Object.entries(step.inputs).map(([name, source]) => [`inputs/${name}`, source]);
  }
  const { left, right, test } = step;
  return right === undefined || isAlone(test) ? [['left', left]] : [['left', left], ['right', right]];
}

const schemaOf: Record<InputKind, Json> = {
  text: { type: 'string' },
  long_text: { type: 'string', format: 'long-text' },
  url: { type: 'string', format: 'url' },
  file: { type: 'string', format: 'file' },
  number: { type: 'number' },
};

/** The form a person fills in, as that of a tool. */
export function formOf({ inputs }: Definition): Json {
  return {
    type: 'object',
    required: inputs.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(
      inputs.map(({ name, label, kind }) => [name, { ...schemaOf[kind], title: label }]),
    ),
  };
}

/** A field for a value that belongs to no tool's form. */
export function plainField(label: string, kind: FieldKind, required: boolean): Field {
  return {
    name: 'value',
    kind,
    label,
    help: '',
    required,
    advanced: false,
    initial: '',
    oneOf: [],
    choices: [],
    accept: [],
    least: undefined,
    most: undefined,
  };
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

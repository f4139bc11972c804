/**
 * What the editor does to a workflow: add, duplicate, move, remove, rename. Each gives a new
 * definition. Paths are never changed by moving: what does not hold any more is told.
 */
import {
  type Definition,
  type InputKind,
  type PromptStep,
  type Source,
  type Sources,
  sourcesOf,
  type Step,
  type WorkflowInput,
} from './definition';

/** The most that the server takes. */
export const MOST_STEPS = 20;
export const MOST_INPUTS = 20;

/** A step without its id, which is given when it is put in. */
export type NewStep = Step extends infer Each ? (Each extends Step ? Omit<Each, 'id'> : never) : never;

export function addStep(definition: Definition, step: NewStep): [Definition, string] {
  const id = freshId(definition);
  const steps = [...definition.steps, { ...step, id } as Step];
  return [{ ...definition, steps }, id];
}

export function duplicateStep(
  definition: Definition,
  index: number,
  name: string,
): [Definition, string] {
  const step = definition.steps[index];
  if (!step) return [definition, ''];
  const id = freshId(definition);
  const steps = definition.steps.toSpliced(index + 1, 0, { ...structuredClone(step), id, name });
  return [{ ...definition, steps }, id];
}

/** One place up or down; at an end it stays as it is. */
export function moveStep(definition: Definition, index: number, by: -1 | 1): Definition {
  const step = definition.steps[index];
  const to = index + by;
  if (!step || to < 0 || to >= definition.steps.length) return definition;
  return { ...definition, steps: definition.steps.toSpliced(index, 1).toSpliced(to, 0, step) };
}

export function removeStep(definition: Definition, index: number): Definition {
  return { ...definition, steps: definition.steps.toSpliced(index, 1) };
}

/** Puts a removed step back to where it was, as far as that is still there. */
export function putBack(definition: Definition, index: number, step: Step): Definition {
  return { ...definition, steps: definition.steps.toSpliced(index, 0, step) };
}

export function changeStep(definition: Definition, id: string, step: Step): Definition {
  const steps = definition.steps.map((one) => (one.id === id ? step : one));
  return { ...definition, steps };
}

// What still points to a step that was removed must never lead to a new one.
function freshId({ steps }: Definition): string {
  const used = steps.flatMap((step) => [
    step.id,
    ...sourcesOf(step).flatMap(([, source]) => ('from' in source ? [source.from] : [])),
  ]);
  const numbers = used.map((path) => Number(/^s(\d+)(?:\.|$)/.exec(path)?.[1] ?? 0));
  return `s${Math.max(0, ...numbers) + 1}`;
}

export function addInput(definition: Definition): [Definition, string] {
  const name = freeName('input', definition.inputs);
  const input: WorkflowInput = { name, label: '', kind: 'text' satisfies InputKind, required: true };
  return [{ ...definition, inputs: [...definition.inputs, input] }, name];
}

export function changeInput(
  definition: Definition,
  name: string,
  change: Partial<Omit<WorkflowInput, 'name'>>,
): Definition {
  const inputs = definition.inputs.map((one) => (one.name === name ? { ...one, ...change } : one));
  return { ...definition, inputs };
}

export function removeInput(definition: Definition, name: string): Definition {
  return { ...definition, inputs: definition.inputs.filter((one) => one.name !== name) };
}

/** An input that has no name of its own yet takes one from its label; steps follow it. */
export function nameByLabel(definition: Definition, name: string): Definition {
  const input = definition.inputs.find((one) => one.name === name);
  if (!input || !/^input(_\d+)?$/.test(name)) return definition;
  const word = wordOf(input.label);
  if (word === '' || word === name) return definition;
  const others = definition.inputs.filter((one) => one !== input);
  const next = freeName(word, others);
  const inputs = definition.inputs.map((one) => (one === input ? { ...one, name: next } : one));
  const follow = (source: Source): Source =>
    'from' in source && source.from === `inputs.${name}` ? { from: `inputs.${next}` } : source;
  return { inputs, steps: definition.steps.map((step) => mapSources(step, follow)) };
}

function mapSources(step: Step, map: (source: Source) => Source): Step {
  if (step.kind === 'condition') {
    const { left, right } = step;
    return { ...step, left: map(left), ...(right === undefined ? {} : { right: map(right) }) };
  }
  const inputs = Object.entries(step.inputs).map(([name, source]) => [name, map(source)] as const);
  return { ...step, inputs: Object.fromEntries(inputs) };
}

/** `Main topic?` → `main_topic`: small letters, digits and underscores, a letter first. */
export function wordOf(label: string): string {
  return label
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_\d]+|_+$/g, '')
    .slice(0, 30)
    .replace(/_+$/, '');
}

function freeName(word: string, inputs: readonly { name: string }[]): string {
  const taken = new Set(inputs.map(({ name }) => name));
  if (!taken.has(word)) return word;
  let number = 2;
  while (taken.has(`${word}_${number}`)) number += 1;
  return `${word}_${number}`;
}

/** Gives the agent one more material; its name says where it comes from. */
export function addMaterial(step: PromptStep, source: Source, definition: Definition): PromptStep {
  return { ...step, inputs: { ...step.inputs, [materialName(step.inputs, source, definition)]: source } };
}

/** Another source for a material, at the same place in the list. */
export function changeMaterial(
  step: PromptStep,
  name: string,
  source: Source,
  definition: Definition,
): PromptStep {
  const { [name]: _, ...others } = step.inputs;
  const next = materialName(others, source, definition);
  const inputs = Object.entries(step.inputs).map(([one, old]) =>
    one === name ? ([next, source] as const) : ([one, old] as const),
  );
  return { ...step, inputs: Object.fromEntries(inputs) };
}

function materialName(sources: Sources, source: Source, { steps }: Definition): string {
  const [first = '', second = ''] = 'from' in source ? source.from.split('.') : [];
  const step = steps.find(({ id }) => id === first);
  const word = wordOf(first === 'inputs' ? second : (step?.name ?? ''));
  return freeName(word || 'material', Object.keys(sources).map((name) => ({ name })));
}

/**
 * Where the values of a step may come from: the form, and the results of steps before it. What a
 * step points to and cannot have any more is told here, so that moving a step never passes over it.
 */
import type { ResultKind } from '../../api/gen';
import type { FieldKind } from '../tools/inputs/fields';
import { type Definition, type Source, sourcesOf } from './definition';
import { mappingWords as words } from './words';

/** What the results of tools are, by their ids. */
export type ResultKinds = Readonly<Record<string, ResultKind>>;

export interface Offer {
  path: string;
  label: string;
}

export interface Offers {
  group: string;
  items: Offer[];
}

/** A path that ends so waits for the name of a part of the result. */
export const PART = '.result.';

/** What a value of the step at `index` may come from; for a file only what the form asks for. */
export function offersFor(
  { inputs, steps }: Definition,
  index: number,
  wanted: FieldKind,
  kinds: ResultKinds,
): Offers[] {
  const file = wanted === 'file';
  const form = inputs
    .filter(({ kind }) => (kind === 'file') === file)
    .map(({ name, label }) => ({ path: `inputs.${name}`, label: words.form(label || name) }));
  const groups = [{ group: words.fromForm, items: form }];
  // What a model wrote never chooses a file.
  const before = file ? [] : steps.slice(0, index);
  for (const [place, step] of before.entries()) {
    if (step.kind === 'condition') continue;
    const kind = step.kind === 'tool' ? kinds[step.tool] : undefined;
    groups.push({
      group: words.fromStep(place + 1, step.name),
      items: resultPaths(step.id, place + 1, kind),
    });
  }
  return groups.filter(({ items }) => items.length > 0);
}

function resultPaths(id: string, number: number, kind: ResultKind | undefined): Offer[] {
  const whole = { path: `${id}.result`, label: words.result(number, 'result') };
  const part = (name: string) => ({
    path: `${id}.result.${name}`,
    label: words.result(number, `result.${name}`),
  });
  if (kind === 'table') return [whole, part('rows'), part('columns')];
  if (kind === 'list') return [whole, { ...part('0'), label: words.first(number) }];
  if (kind === 'json') return [whole, { path: `${id}${PART}`, label: words.part(number) }];
  return [whole];
}

/** `From the form › Topic`, `Step 2 › result.rows`; a path that leads nowhere as it is. */
export function pathText(path: string, { inputs, steps }: Definition): string {
  const [first = '', ...rest] = path.split('.');
  if (first === 'inputs') {
    const input = inputs.find(({ name }) => name === rest.join('.'));
    return input ? words.form(input.label || input.name) : path;
  }
  const place = steps.findIndex(({ id }) => id === first);
  return place < 0 ? path : words.result(place + 1, rest.join('.'));
}

export interface Broken {
  /** Id of the step that points there. */
  step: string;
  /** `inputs/document`, `left`, `right`. */
  slot: string;
  why: string;
  /** Nothing was chosen there yet. */
  unset: boolean;
}

/** Everything that points to something that is not there, or not before it. */
export function brokenSources(definition: Definition): Broken[] {
  return definition.steps.flatMap((step, index) =>
    sourcesOf(step).flatMap(([slot, source]) => {
      const why = whyBroken(source, index, definition);
      const unset = 'from' in source && source.from === '';
      return why === null ? [] : [{ step: step.id, slot, why, unset }];
    }),
  );
}

function whyBroken(source: Source, index: number, { inputs, steps }: Definition): string | null {
  if ('value' in source) return null;
  if (source.from === '') return words.choose;
  const [first = '', second = '', ...deeper] = source.from.split('.');
  if (first === 'inputs') {
    return inputs.some(({ name }) => name === second) ? null : words.noInput;
  }
  const place = steps.findIndex(({ id }) => id === first);
  const step = steps[place];
  if (!step) return words.noStep;
  if (place >= index) return words.later(place + 1);
  if (step.kind === 'condition') return words.noResult;
  return deeper.includes('') ? words.namePart : null;
}

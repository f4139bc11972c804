/**
 * What the server found wrong with a workflow, kept by what it is about: a step that is moved
 * afterwards takes its sentences along.
 */
import { ApiProblem } from '../../api/problem';
import type { Definition } from './definition';

/** `name`, `inputs`, `steps`, `input:<name>:label`, `step:<id>:inputs/document`. */
export type Faults = Readonly<Record<string, string>>;

export const stepKey = (id: string, slot: string) => `step:${id}:${slot}`;
export const inputKey = (name: string, slot: string) => `input:${name}:${slot}`;

export function faultsOf(error: unknown, definition: Definition): Faults {
  const found: Record<string, string> = {};
  if (!(error instanceof ApiProblem)) return found;
  for (const { pointer, detail } of error.problem?.errors ?? []) {
    const key = keyOf(pointer.replace(/^#?\//, ''), definition);
    if (key !== null && !(key in found)) found[key] = detail;
  }
  return found;
}

function keyOf(pointer: string, { inputs, steps }: Definition): string | null {
  if (pointer === 'name') return 'name';
  const [, list, index, slot] = /^definition\/(inputs|steps)(?:\/(\d+)(?:\/(.+))?)?$/.exec(pointer) ?? [];
  if (list === undefined) return null;
  if (index === undefined) return list;
  if (list === 'inputs') {
    const input = inputs[Number(index)];
    return input ? inputKey(input.name, slot ?? 'label') : list;
  }
  const step = steps[Number(index)];
  return step ? stepKey(step.id, slotOf(slot ?? 'name')) : list;
}

// What is wrong inside a value, as with one line of a list, is told at the value.
function slotOf(pointer: string): string {
  const [first = '', second] = pointer.split('/');
  if (first !== 'inputs' || second === undefined) return first;
  return `inputs/${second.replaceAll('~1', '/').replaceAll('~0', '~')}`;
}

/** Without those about what has just been changed. */
export function withoutFaults(faults: Faults, prefix: string): Faults {
  const kept = Object.entries(faults).filter(([key]) => !key.startsWith(prefix));
  return Object.fromEntries(kept);
}

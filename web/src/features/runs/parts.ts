/**
 * The steps of a run as a person follows them: those that were done, those that are still to
 * come by the run's own definition, and, in a workflow, which part each belongs to.
 */
import type { Run, RunStep } from '../../api/gen';
import { isEnded, type StateLook, runStates } from './states';
import { stepWords } from './words';

export interface ShownStep {
  key: string;
  name: string;
  look: StateLook;
  /** A picture for the state; the word beside it says the same. */
  icon: StepIcon;
  /** What the server knows of it; null when it has not begun. */
  step: RunStep | null;
}

export interface Part {
  key: string;
  /** Null: the run has no parts. */
  name: string | null;
  steps: ShownStep[];
}

export type StepIcon = 'done' | 'failed' | 'running' | 'stopped' | 'waiting' | 'skipped';

const looks: Record<string, [look: StateLook, icon: StepIcon]> = {
  queued: [runStates.queued, 'waiting'],
  running: [runStates.running, 'running'],
  waiting_for_credits: [runStates.waiting_for_credits, 'waiting'],
  waiting_for_input: [runStates.waiting_for_input, 'waiting'],
  paused_no_credits: [runStates.paused_no_credits, 'waiting'],
  succeeded: [runStates.succeeded, 'done'],
  failed: [runStates.failed, 'failed'],
  cancelled: [runStates.cancelled, 'stopped'],
  skipped: [{ word: 'Skipped', tone: 'gray' }, 'skipped'],
  pending: [{ word: 'Not started', tone: 'gray' }, 'waiting'],
  not_run: [{ word: 'Not run', tone: 'gray' }, 'skipped'],
};

function shown(name: string, state: string, step: RunStep | null, key: string): ShownStep {
  const [look, icon] = looks[state] ?? [{ word: state, tone: 'gray' as const }, 'waiting' as const];
  return { key, name, look, icon, step };
}

function begun(step: RunStep): ShownStep {
  return shown(step.name, step.state, step, String(step.n));
}

/** Steps nobody has begun, as before a first run. */
export function plannedSteps(names: readonly string[]): Part[] {
  const steps = names.map((name, index) => shown(name, 'pending', null, `planned-${index}`));
  return [{ key: 'all', name: null, steps }];
}

export function partsOf(run: Run): Part[] {
  const names = run.definition?.step_names ?? [];
  const rest = isEnded(run.state) ? 'not_run' : 'pending';
  if (run.kind === 'workflow') return workflowParts(run, names, rest);
  return run.kind === 'message' ? answerParts(run) : [toolPart(run, names, rest)];
}

// What the agent wrote and what it called take turns; a call and all it started are one part.
function answerParts({ steps }: Run): Part[] {
  const calls = steps.filter(({ kind }) => kind === 'call');
  if (calls.length === 0) return [{ key: 'all', name: null, steps: steps.map(begun) }];
  const parts: Part[] = [];
  let last: number | null = null;
  for (const step of steps) {
    if (step.part !== last) {
      const call = calls.find(({ part }) => part === step.part);
      const name = call?.name ?? stepWords.answering;
      parts.push({ key: `from-${step.n}`, name, steps: [] });
      last = step.part;
    }
    parts.at(-1)?.steps.push(begun(step));
  }
  return parts;
}

// A step of the definition that was passed over was not needed; those after the last are to come.
function toolPart({ steps }: Run, names: readonly string[], rest: string): Part {
  const last = names.findLastIndex((name) => steps.some((step) => step.name === name));
  const known = names.flatMap((name, index) => {
    const done = steps.filter((step) => step.name === name);
    if (done.length > 0) return names.indexOf(name) === index ? done.map(begun) : [];
    return [shown(name, index < last ? 'skipped' : rest, null, `planned-${index}`)];
  });
  const others = steps.filter(({ name }) => !names.includes(name)).map(begun);
  return { key: 'all', name: null, steps: [...known, ...others] };
}

function workflowParts({ steps }: Run, names: readonly string[], rest: string): Part[] {
  const numbers = [...new Set(steps.map(({ part }) => part))].toSorted((a, b) => a - b);
  const last = numbers.at(-1) ?? 0;
  const done = numbers.map((number) => {
    const own = steps.filter(({ part }) => part === number);
    const name = own[0]?.part_name ?? names[number - 1] ?? null;
    return { key: `part-${number}`, name, steps: own.map(begun) };
  });
  const toCome = names.slice(last).map((name, index) => ({
    key: `part-${last + index + 1}`,
    name,
    steps: [shown(name, rest, null, `planned-${last + index}`)],
  }));
  return [...done, ...toCome];
}

/** How many steps a person sees, and how many of them are done. */
export function countSteps(run: Run): { done: number; all: number } {
  const all = partsOf(run).flatMap(({ steps }) => steps);
  return { done: all.filter(({ icon }) => icon === 'done').length, all: all.length };
}

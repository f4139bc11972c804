/** The filters of the list of runs, as they stand in the address. */
import type { RunKind, RunState, RunTrigger } from '../../api/gen';
import type { RunFilter } from '../../api/queries';
import { isRunState } from './states';
import { words } from './words';

export const kinds = Object.keys(words.kinds) as RunKind[];
export const triggers = Object.keys(words.triggers) as RunTrigger[];

export interface RunsSearch {
  kind?: RunKind | undefined;
  state?: RunState | undefined;
  trigger?: RunTrigger | undefined;
  subject?: string | undefined;
  schedule?: string | undefined;
}

/**
 * What an address says. Every filter is named, those that are not known as undefined: the
 * router keeps what is not named as it stands in the address.
 */
export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const { kind, state, trigger, subject, schedule } = search;
  return {
    kind: kinds.find((one) => one === kind),
    state: isRunState(state) ? state : undefined,
    trigger: triggers.find((one) => one === trigger),
    subject: textOf(subject),
    schedule: textOf(schedule),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function filterOf({ schedule, ...rest }: RunsSearch): RunFilter {
  return { ...rest, schedule_id: schedule };
}

export function isFiltered(search: RunsSearch): boolean {
  return Object.values(search).some((value) => value !== undefined);
}

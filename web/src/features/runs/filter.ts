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
  /** Id of the person. */
  member?: string | undefined;
  /** First and last day, `2026-11-22`, in the organization's zone. */
  from?: string | undefined;
  to?: string | undefined;
  /** Credits at least. */
  min?: number | undefined;
  /** Without: the newest first. */
  sort?: 'credits' | undefined;
}

/**
 * What an address says. Every filter is named, those that are not known as undefined: the
 * router keeps what is not named as it stands in the address.
 */
export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const { kind, state, trigger, subject, schedule, member, from, to, min, sort } = search;
  return {
    kind: kinds.find((one) => one === kind),
    state: isRunState(state) ? state : undefined,
    trigger: triggers.find((one) => one === trigger),
    subject: textOf(subject),
    schedule: textOf(schedule),
    member: textOf(member),
    from: dayOf(from),
    to: dayOf(to),
    min: creditsOf(min),
    sort: sort === 'credits' ? sort : undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A day of the calendar in this century; half of one, while it is written, is none. */
export function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^20\d\d-\d\d-\d\d$/.test(value)) return undefined;
  const at = new Date(`${value}T00:00:00Z`);
  const real = !Number.isNaN(at.valueOf()) && at.toISOString().startsWith(value);
  return real ? value : undefined;
}

const MOST = 1e9;

/** More than nothing, with as many places as credits have; an address may hold it as text. */
export function creditsOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(number > 0) || number > MOST) return undefined;
  return Math.round(number * 1e6) / 1e6 || undefined;
}

export function filterOf({ schedule, member, min, ...rest }: RunsSearch): RunFilter {
  return {
    ...rest,
    schedule_id: schedule,
    member_id: member,
    min_credits: min === undefined ? undefined : plain(min),
  };
}

// Never in the form 1e-6.
function plain(number: number): string {
  return number.toFixed(6).replace(/\.?0+$/, '');
}

/** Where the same list is found as a file. */
export function exportAddress(search: RunsSearch): string {
  const said = Object.entries(filterOf(search)).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(said as [string, string][]).toString();
  return query === '' ? '/api/v1/runs.csv' : `/api/v1/runs.csv?${query}`;
}

export function isFiltered(search: RunsSearch): boolean {
  const filters = Object.entries({ ...search, sort: undefined });
  return filters.some(([, value]) => value !== undefined);
}

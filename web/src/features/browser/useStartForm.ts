/** What somebody wants a browser session to do: kept in this browser until it has started. */
import { useMemo, useState } from 'react';
import type { BrowserRequest, BrowserStatus } from '../../api/gen';
import { ApiProblem } from '../../api/problem';
import { useMe } from '../../ui/me';
import { useDraft } from '../sessions/draft';
import { capOf } from '../tools/cap';
import { estimateWords } from '../tools/words';
import { addressOf } from './session';
import { startWords as words } from './words';

const TASK = 4_000;

export const fieldNames = ['task', 'url', 'minutes', 'cap'] as const;
export type FieldName = (typeof fieldNames)[number];
export type Errors = Partial<Record<FieldName, string>>;

export interface StartForm {
  values: Record<FieldName | 'model', string>;
  errors: Errors;
  change: (name: FieldName | 'model', value: string) => void;
  leave: (name: FieldName) => void;
  /** What is wrong now; nothing when it may be sent. */
  check: () => Errors;
  refuse: (errors: Errors) => void;
  /** Null: not fit to be asked about. */
  request: BrowserRequest | null;
  cap: string | null;
  started: () => void;
}

export function useStartForm({ minutes_most: most }: BrowserStatus): StartForm {
  const { user } = useMe();
  const [task, setTask] = useDraft(`${user.id}.browser`);
  const [rest, setRest] = useState({ url: '', minutes: '', cap: '', model: '' });
  const [errors, setErrors] = useState<Errors>({});
  const values = { task, ...rest };
  const { url, minutes, cap } = rest;
  const found = useMemo(() => faults({ task, url, minutes, cap }, most), [task, url, minutes, cap, most]);
  const fit = !('task' in found || 'url' in found || 'minutes' in found);
  const request = useMemo(() => (fit ? requestOf(task, url, minutes) : null), [fit, task, url, minutes]);
  const amount = capOf(cap);
  return {
    values,
    errors,
    change: (name, value) => {
      if (name === 'task') setTask(value);
      else setRest({ ...rest, [name]: value });
      setErrors({ ...errors, [name]: undefined, ...(name === 'url' ? { task: undefined } : {}) });
    },
    leave: (name) => {
      // That nothing is filled in is only said when one tries to start.
      if (values[name].trim() !== '') setErrors({ ...errors, [name]: found[name] });
    },
    check: () => {
      setErrors(found);
      return found;
    },
    refuse: setErrors,
    request,
    cap: amount === 'wrong' ? null : amount,
    started: () => setTask(''),
  };
}

function faults(values: Record<FieldName, string>, most: number): Errors {
  const { task, url, minutes, cap } = values;
  const found: Errors = {};
  if (task.trim() === '' && url.trim() === '') found.task = words.errors.nothing;
  if ([...task].length > TASK) found.task = words.errors.long(TASK);
  if (url.trim() !== '' && addressOf(url) === null) found.url = words.errors.address;
  if (minutes.trim() !== '' && !isWithin(minutes, most)) found.minutes = words.errors.minutes(most);
  if (capOf(cap) === 'wrong') found.cap = estimateWords.capWrong;
  return found;
}

function isWithin(text: string, most: number): boolean {
  return /^\d{1,4}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= most;
}

function requestOf(task: string, url: string, minutes: string): BrowserRequest {
  const address = addressOf(url);
  return {
    ...(task.trim() === '' ? {} : { task: task.trim() }),
    ...(address === null ? {} : { url: address }),
    ...(minutes.trim() === '' ? {} : { minutes: Number(minutes) }),
  };
}

/** The server's sentences by field. */
export function startErrors(error: unknown): Errors {
  const found: Errors = {};
  if (!(error instanceof ApiProblem)) return found;
  for (const { pointer, detail } of error.problem?.errors ?? []) {
    const name = nameOf(pointer);
    if (name !== undefined) found[name] ??= detail;
  }
  return found;
}

function nameOf(pointer: string): FieldName | undefined {
  const path = pointer.replace(/^#?\//, '');
  if (path === 'max_credits') return 'cap';
  if (path === 'browser') return 'task';
  return fieldNames.find((name) => path === `browser/${name}`);
}

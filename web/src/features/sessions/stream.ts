/**
 * The growing answer of one run. An event's id is the place in the answer; a piece of text
 * that was already seen is skipped, so that a reconnect or a reload never writes a word
 * twice. States and the end say how things stand and are taken whenever they come.
 */
import type { Problem, RunReason, RunState, RunSummary } from '../../api/gen';

export interface StreamState {
  lastId: number;
  text: string;
  state: RunState | null;
  reason: RunReason | null;
  /** How many are in line before this run, while it is queued. */
  ahead: number | null;
  held: string;
  /** Another one: a step has begun or ended, or something is asked. Null: not told yet. */
  revision: number | null;
  finished: RunSummary | null;
  problem: Problem | null;
}

export interface StateData {
  state: RunState;
  reason?: RunReason | null;
  ahead?: number | null;
  held?: string;
  revision?: number;
}

export type StreamEvent =
  | { id: number; type: 'state'; data: StateData }
  | { id: number; type: 'delta'; data: { text: string } }
  | { id: number; type: 'finished'; data: { run: RunSummary } }
  | { id: number; type: 'error'; data: Problem };

export const emptyStream: StreamState = {
  lastId: 0,
  text: '',
  state: null,
  reason: null,
  ahead: null,
  held: '0',
  revision: null,
  finished: null,
  problem: null,
};

export function reduceStream(before: StreamState, event: StreamEvent): StreamState {
  if (event.type === 'delta' && event.id <= before.lastId) return before;
  const next = { ...before, lastId: Math.max(before.lastId, event.id) };
  switch (event.type) {
    case 'delta':
      return { ...next, text: before.text + event.data.text };
    case 'state':
      return {
        ...next,
        state: event.data.state,
        reason: event.data.reason ?? null,
        ahead: event.data.ahead ?? null,
        held: event.data.held ?? before.held,
        revision: event.data.revision ?? before.revision,
      };
    case 'finished':
      return { ...next, finished: event.data.run, state: event.data.run.state, held: '0' };
    default:
      return { ...next, problem: event.data };
  }
}

const PREFIX = 'ampere.answer.';

/** What this tab had of a run before it was reloaded. */
export function rememberedStream(runId: string, store: Storage): StreamState {
  try {
    const kept: unknown = JSON.parse(store.getItem(PREFIX + runId) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return emptyStream;
    const { lastId, text } = kept as Partial<StreamState>;
    if (typeof lastId !== 'number' || typeof text !== 'string') return emptyStream;
    return { ...emptyStream, lastId, text };
  } catch {
    return emptyStream;
  }
}

export function rememberStream(runId: string, stream: StreamState, store: Storage): void {
  try {
    if (stream.finished) store.removeItem(PREFIX + runId);
    else store.setItem(PREFIX + runId, JSON.stringify({ lastId: stream.lastId, text: stream.text }));
  } catch {
    // A full or forbidden store only costs the shortcut: the server sends everything again.
  }
}

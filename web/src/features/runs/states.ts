/** The states of a run in words, the same everywhere. */
import type { RunState } from '../../api/gen';

export type Tone = 'gray' | 'blue' | 'green' | 'orange' | 'red';

export interface StateLook {
  word: string;
  tone: Tone;
}

export const runStates: Record<RunState, StateLook> = {
  queued: { word: 'Queued', tone: 'gray' },
  waiting_for_credits: { word: 'Waiting for credits', tone: 'orange' },
  running: { word: 'Running', tone: 'blue' },
  waiting_for_input: { word: 'Waiting for you', tone: 'blue' },
  paused_no_credits: { word: 'Paused: no credits', tone: 'orange' },
  succeeded: { word: 'Done', tone: 'green' },
  failed: { word: 'Failed', tone: 'red' },
  cancelled: { word: 'Stopped', tone: 'gray' },
};

export const allRunStates = Object.keys(runStates) as RunState[];

export function isRunState(value: unknown): value is RunState {
  return typeof value === 'string' && value in runStates;
}

export function isEnded(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}

/** At work or in line to be: what the header counts and offers to stop. */
export function isLive(state: RunState): boolean {
  return state === 'queued' || state === 'running' || state === 'waiting_for_input';
}

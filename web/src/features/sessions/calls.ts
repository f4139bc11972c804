/**
 * The calls of an answer: each use of a tool, with the steps that it started. Read from the run as
 * the server keeps it. Read next: CallCards.tsx.
 */
import type { Run, RunState, RunStep } from '../../api/gen';
import { sumOf } from '../../credits/amount';
import { isEnded } from '../runs/states';

export type CallStatus = 'running' | 'waiting' | 'done' | 'failed' | 'declined' | 'stopped';

export interface Call {
  step: RunStep;
  status: CallStatus;
  /** What it gave; null: nothing (yet), or not for everybody. */
  text: string | null;
  /** What it started, in order. */
  nested: RunStep[];
  /** What these have used. */
  credits: string;
  /** It has, or had, a browser open. */
  browser: boolean;
}

const byState: Record<RunState, CallStatus> = {
  queued: 'running',
  running: 'running',
  waiting_for_credits: 'running',
  paused_no_credits: 'running',
  waiting_for_input: 'waiting',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'stopped',
};

export function callsOf({ steps }: Run): Call[] {
  return steps.filter(({ kind }) => kind === 'call').map((step) => callOf(step, steps));
}

function callOf(step: RunStep, steps: readonly RunStep[]): Call {
  const nested = steps.filter(({ part, kind }) => part === step.part && kind !== 'call');
  const { status, text } = keptOf(step.result);
  return {
    step,
    status: statusOf(step.state, status),
    text,
    nested,
    credits: sumOf([step, ...nested].map(({ credits }) => credits)),
    browser: nested.some(({ kind }) => kind === 'time' || kind === 'browse'),
  };
}

// A run that was cut short may have kept that a call was still at work: the state knows better.
function statusOf(state: RunState, kept: unknown): CallStatus {
  if (state === 'cancelled' && kept === 'declined') return 'declined';
  return byState[state];
}

function keptOf(result: unknown): { status: unknown; text: string | null } {
  const { status, text } = (result ?? {}) as { status?: unknown; text?: unknown };
  return { status, text: typeof text === 'string' ? text : null };
}

/** The tool that is used at this moment. */
export function usedNow(calls: readonly Call[]): string | null {
  return calls.findLast(({ status }) => status === 'running')?.step.name ?? null;
}

/** The place where somebody can watch, or the run itself, is worth a link. */
export function isWatched({ browser, step }: Call): boolean {
  return browser && !isEnded(step.state);
}

export interface Given {
  name: string;
  value: unknown;
}

/** What a call was asked with, in lines: of a tool or workflow, whose name is told, its form. */
export function givenOf(input: unknown): Given[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return input === null || input === undefined ? [] : [{ name: '', value: input }];
  }
  const { inputs } = input as { inputs?: unknown };
  const form = typeof inputs === 'object' && inputs !== null ? inputs : input;
  return Object.entries(form).map(([name, value]) => ({ name, value: value as unknown }));
}

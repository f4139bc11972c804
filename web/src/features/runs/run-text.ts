/** A run in words: what it is, and who or what started it. */
import type { RunSummary } from '../../api/gen';
import { isZero } from '../../credits/amount';
import { durationText } from '../../ui/dates';
import { runStates } from './states';
import { words } from './words';

export function runTitle(run: RunSummary): string {
  return run.title || run.subject_name || words.untitled;
}

/** Id of the workflow that can be run again; the test of one step (`wf_…/step`) cannot. */
export function workflowOf({ kind, subject }: RunSummary): string | null {
  return kind === 'workflow' && subject && !subject.includes('/') ? subject : null;
}

export function startedBy({ trigger, started_by: name }: RunSummary): string {
  if (trigger === 'schedule') return words.bySchedule(name);
  return trigger === 'background' ? words.byBackground : name;
}

/** A run that is held up is not at work. */
export function notEnded({ state }: RunSummary): string {
  return state === 'running' ? words.notEnded : runStates[state].word;
}

export function runDuration(run: RunSummary): string {
  if (!run.started_at) return words.notStarted;
  return run.ended_at ? durationText(run.started_at, run.ended_at) : notEnded(run);
}

/** What an ended run has used, in one line. */
export function receiptLine({ credits, started_at: from, ended_at: to }: RunSummary): string {
  const used = isZero(credits) ? words.nothingCharged : words.used(credits);
  return from && to ? `${used} · ${durationText(from, to)}` : used;
}

import type { RunKind, RunTrigger } from '../../api/gen';
import { creditRange, creditsText, formatCredits } from '../../credits/amount';

export const words = {
  title: 'Runs',
  list: 'All runs',
  lead: 'Everything that used credits or tried to. Looking at it never does.',
  what: 'The runs',
  one: 'The run',
  none: 'No runs yet. A run appears here when somebody sends a message or runs a tool.',
  noneFiltered: 'No run fits these filters.',
  showAll: 'Show all runs',
  start: 'Send a message',
  filters: {
    label: 'Filters',
    kind: 'What',
    state: 'State',
    trigger: 'Started by',
    subject: 'Which',
    allKinds: 'Everything',
    allStates: 'All states',
    allTriggers: 'Everybody',
    allSubjects: 'All of them',
    thisSubject: 'This one',
    schedule: 'Only one schedule',
    drop: 'Show all',
  },
  kinds: {
    message: 'Agent chat',
    tool: 'AI Tool',
    workflow: 'Workflow',
    background: 'Background',
  } satisfies Record<RunKind, string>,
  triggers: {
    person: 'A person',
    schedule: 'A schedule',
    background: 'Background work',
  } satisfies Record<RunTrigger, string>,
  bySchedule: (name: string) => `Schedule of ${name}`,
  byBackground: 'Background work',
  backgroundKinds: {
    title: 'Session titles',
    summary: 'Session summaries',
    follow_ups: 'Suggested follow-ups',
  } as Record<string, string>,
  untitled: 'Message',
  columns: {
    what: 'What',
    when: 'When',
    who: 'Started by',
    state: 'State',
    duration: 'Duration',
    credits: 'Credits',
  },
  run: 'Run',
  model: 'Model',
  started: 'Started',
  ended: 'Ended',
  estimate: 'Estimate',
  range: creditRange,
  heldNow: 'Held now',
  cap: 'Stops at',
  version: 'Workflow version',
  charged: 'Charged',
  chargedEstimated: (amount: string) => `${amount} (estimated)`,
  notStarted: 'not started',
  notEnded: 'still at work',
  stop: 'Stop',
  cancelWaiting: 'Cancel',
  stoppingShort: 'Stopping…',
  stopping:
    'Stopping. The step that is running will finish and be charged; no new step starts.',
  resume: 'Resume',
  runAgain: 'Run again',
  session: 'Open the session',
  receipt: 'Receipt',
  nothingCharged: 'Nothing charged',
  used: (credits: string) => `${creditsText(credits)} used`,
  receiptLater: 'The receipt is there as soon as the run has ended.',
  failed: 'That did not work.',
  inputs: 'Inputs',
  showInputs: 'Show the inputs',
};

export const tabWords = {
  label: 'The run',
  steps: 'Steps',
  results: 'Results',
  receipt: 'Receipt',
  planned: 'What a run of it does',
  receiptBefore: 'A run leaves its receipt here: what was used, and what paid for it.',
  showResults: 'Show the results',
};

export const standWords = {
  queued: (ahead: number) => `Queued, ${ahead} before it at the model.`,
  working: (name: string) => `Working on “${name}”.`,
  waits: (ahead: number) =>
    ahead === 0 ? 'Waits for credits, next in line.' : `Waits for credits, ${ahead} before it.`,
  waitsMore: 'It starts by itself when credits are there.',
  needs: (needed: string) => `It needs a hold of ${creditsText(needed)}.`,
  paused: 'Paused: no credits.',
  pausedMore:
    'Finished steps are kept. It goes on by itself when there are enough credits, or when you resume it.',
};

export const stepWords = {
  none: 'No step has started yet.',
  rest: 'Further steps',
  again: (attempt: number) =>
    attempt === 2 ? 'Done again after a restart.' : `Done again after a restart, attempt ${attempt}.`,
  result: 'Result of this step',
  free: 'nothing charged',
  shortened: 'Shortened here; Copy takes all of it.',
};

export const resultWords = {
  before: 'The results of a run are shown here.',
  later: 'The results are there as soon as the run has ended.',
  none: 'This run ended without a result.',
  private: (name: string) => `Only ${name} and owners can open the inputs and results of this run.`,
  copy: 'Copy',
  download: 'Download',
  downloadCsv: 'Download CSV',
  send: (agent: string) => `Send to ${agent}`,
  free: 'Reading results never uses credits.',
  table: 'The table, to scroll',
  rows: 'Rows',
  column: (number: number) => `Column ${number}`,
  allRows: (count: number) => `Show all ${count} rows`,
  emptyList: 'The list is empty.',
  emptyTable: (columns: readonly string[]) =>
    `The table has no rows. Its columns: ${columns.join(', ')}.`,
};

/** Reasons whose fault is not the caller's: what failed by them is not charged. */
export const ourReasons: ReadonlySet<string> = new Set([
  'provider_error',
  'provider_busy',
  'cut_stream',
  'server_restarted',
  'internal_error',
]);

export const reasonSentences: Record<string, string> = {
  stopped: 'Stopped by a person.',
  stopped_at_credits: 'Stopped: the credits held for it were used up.',
  provider_error: 'The model failed.',
  provider_busy: 'The model was too busy.',
  cut_stream: 'The model’s answer was cut off.',
  server_restarted: 'The server was restarted while it was at work.',
  input_too_long: 'The input was too long for the model.',
  no_credits: 'There were not enough credits to go on.',
  stopped_at_cap: 'Stopped at the credits that were set as the most for it.',
  not_allowed: 'Whoever started it may not do so any more.',
  waited_too_long: 'It waited for credits as long as a run may.',
  bad_input: 'The inputs could not be used.',
  bad_output: 'The model’s answer did not have the form that was asked for, twice.',
  page_failed: 'A page could not be read.',
  file_failed: 'A file could not be read.',
  condition_not_met: 'Ended early: a condition was not met, as the workflow says.',
  took_too_long: 'It took longer than it may.',
  internal_error: 'Something failed on our side.',
};

export const receiptWords = {
  title: 'Receipt',
  printHead: (product: string, organization: string) =>
    `Receipt · ${organization} · ${product}`,
  what: 'The receipt',
  head: (used: string, back: string) =>
    `${creditsText(used)} used · ${formatCredits(back)} given back`,
  nothing: (held: string) =>
    `Nothing charged. The hold of ${creditsText(held)} was given back.`,
  nothingHeld: 'Nothing was held and nothing charged.',
  estimatedNote:
    'Estimated: the exact usage was not reported, so it was counted on our side from what was delivered.',
  sum: 'Estimate and hold',
  estimate: 'Estimate',
  held: 'Held',
  used: 'Used',
  back: 'Given back',
  overdraft: 'Of this, overdraft',
  alone: 'Open alone, to print',
  partial: (used: string, done: number, all: number) =>
    `${creditsText(used)} used for ${done} of ${all} steps.`,
  failedStep: (name: string, ours: boolean) =>
    ours ? `“${name}” failed on our side.` : `“${name}” failed.`,
  noCharge: 'There is no charge for it.',
  part: (number: number, name: string) => `${number}. ${name}`,
  lines: 'What was used',
  noLines: 'Nothing was measured, so there is nothing to pay for.',
  line: { step: 'Step', measure: 'Measured', rate: 'Rate', credits: 'Credits' },
  measures: { input_tokens: 'tokens in', output_tokens: 'tokens out' } as Record<string, string>,
  perThousand: (rate: string) => `${formatCredits(rate)} per 1,000`,
  estimated: 'estimated',
  paidFrom: 'Paid from',
  paidNothing: 'Nothing was taken from any grant.',
  holds: 'Holds',
  hold: { held: 'Held', charged: 'Charged', back: 'Given back', when: 'From – to' },
  details: 'Numbers to refer to',
  balanceAfter: 'Available afterwards',
  rateCard: 'Rate card',
  version: (version: number) => `version ${version}`,
  runId: 'Run',
  entries: 'Journal entries',
  position: 'Journal position',
  when: 'When',
  copy: 'Copy the receipt',
  print: 'Print',
  toRun: 'Open the run',
  by: 'Started by',
};

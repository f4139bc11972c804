import { creditsText, formatCredits } from '../../credits/amount';

export const words = {
  title: 'Sessions',
  list: 'All sessions',
  untitled: 'New session',
  newSession: 'New session',
  none: (agent: string) => `No sessions yet. Ask ${agent} something to start the first one.`,
  start: 'Start a session',
  what: 'The sessions',
  messages: 'The messages',
  by: (name: string) => `by ${name}`,
  running: 'Answering now',
  columns: { title: 'Session', owner: 'Started by', updated: 'Last message', credits: 'Credits' },
  total: (credits: string) => `${creditsText(credits)} in this session`,
  idle: 'Idle, nothing is spending',
  working: (held: string) => `Working, up to ${formatCredits(held)} held`,
  menu: 'Rename or delete this session',
  rename: 'Rename',
  renameTitle: 'Rename session',
  titleLabel: 'Title',
  save: 'Save',
  remove: 'Delete',
  removeTitle: 'Delete this session?',
  removeText:
    'Its messages are deleted for everybody. Receipts stay: what was spent can always be looked up under Runs.',
  removeYes: 'Delete session',
  removed: 'Session deleted.',
  failed: 'That did not work.',
  you: 'You',
  empty: (agent: string) => `Ask ${agent} something. The estimate is shown before you send.`,
};

export const composerWords = {
  label: (agent: string) => `Message to ${agent}`,
  placeholder: (agent: string) => `Ask ${agent} anything…`,
  send: 'Send',
  hint: 'Enter sends, Shift + Enter starts a new line.',
  estimating: 'Estimating…',
  range: (low: string, high: string) =>
    low === high
      ? `Usually ${creditsText(low)}.`
      : `Usually ${formatCredits(low)}–${formatCredits(high)} credits.`,
  hold: (hold: string) =>
    `We hold up to ${formatCredits(hold)} while it runs and give back the rest.`,
  noEstimate: 'No estimate right now: — credits.',
  how: 'How estimates work',
  model: 'Model',
  auto: 'Auto',
  notSent: 'The message was not sent.',
  saved: 'Your draft is kept.',
};

export const answerWords = {
  answering: (agent: string) => `${agent} is answering`,
  ready: (credits: string) => `Answer ready, ${creditsText(credits)}`,
  ended: (sentence: string) => `Answer ended. ${sentence}`,
  queued: (ahead: number | null) =>
    ahead !== null && ahead > 0 ? `Queued, ${ahead} ahead of this one` : 'Queued, next in line',
  waitingForCredits: 'Waiting for credits. It starts by itself when there are enough.',
  thinking: 'Thinking…',
  writing: 'Writing…',
  paused: 'Paused: not enough credits to go on.',
  waitingForYou: 'Waiting for you.',
  upTo: (held: string) => `up to ${formatCredits(held)} held`,
  stop: 'Stop',
  stopping: 'Stopping. What was written so far is charged.',
  reconnecting: 'Connection lost. The answer goes on at the server; reconnecting…',
  copy: 'Copy',
  retry: 'Retry',
  retryFree: 'Retry (nothing was charged)',
  retryTitle: 'A retry uses credits again',
  retryText: 'It is a new run with its own receipt. The first answer stays.',
  retryYes: 'Retry',
  nothing: 'Nothing charged',
  estimated: 'estimated',
  thisMessage: 'This message',
  thisSession: 'This session',
  available: 'Available',
  receipt: 'Receipt',
  details: (credits: string) => `${creditsText(credits)} for this answer. Show details`,
};

/** Why an answer ended before its time, in one sentence; null when it is simply done. */
export const reasonWords: Record<string, string> = {
  stopped: 'Stopped.',
  stopped_at_credits: 'Stopped: the credits for this answer were used up.',
  provider_error: 'The model failed.',
  provider_busy: 'The model is too busy right now.',
  cut_stream: 'The model’s answer was cut off.',
  server_restarted: 'The server was restarted while this was being written.',
  input_too_long: 'The session has become too long for this model.',
  internal_error: 'Something failed on our side.',
};

import type { Effort, SessionAccess } from '../../api/gen';
import { creditRange, creditsText, formatCredits } from '../../credits/amount';

export const words = {
  title: 'Sessions',
  list: 'All sessions',
  untitled: 'New session',
  newSession: 'New session',
  none: (agent: string) => `No sessions yet. Ask ${agent} something to start the first one.`,
  start: 'Start a session',
  what: 'The sessions',
  one: 'Session',
  thisOne: 'This session',
  messages: 'The messages',
  by: (name: string) => `by ${name}`,
  running: 'Answering now',
  allowed: (upTo: string) => `Calls up to ${creditsText(upTo)} start without asking`,
  columns: { title: 'Session', owner: 'Started by', updated: 'Last message', credits: 'Credits' },
  total: (credits: string) => `${creditsText(credits)} in this session`,
  idle: 'Idle, nothing is spending',
  working: (held: string) => `Working, up to ${formatCredits(held)} held`,
  menu: 'Rename or delete this session',
  renameMenu: 'Rename this session',
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
  followUps: 'Suggested follow-ups',
  empty: (agent: string) => `Ask ${agent} something. The estimate is shown before you send.`,
};

/** Sharing a session with people of the organization. */
export const shareWords = {
  share: 'Share',
  people: 'People',
  title: 'Share this session',
  peopleTitle: 'Who can see this session',
  what: 'The people',
  about:
    'These people see its messages and files. Everybody else in the organization sees only what it used.',
  list: 'People with access',
  owner: 'Owner',
  accesses: { view: 'Can read', edit: 'Can write', owner: 'Can share' } as Record<
    SessionAccess,
    string
  >,
  accessOf: (name: string) => `What ${name} can do`,
  removeLabel: (name: string) => `Remove ${name}`,
  add: 'Add somebody',
  choose: 'Choose a person',
  nobodyElse: 'There is nobody else in the organization to share it with.',
  save: 'Save',
  saved: (count: number) =>
    count === 0 ? 'Only you can see this session now.' : `Shared with ${count}.`,
  failed: 'It was not shared.',
  onlyYou: 'Only you can see this',
  shared: 'Shared',
  sharedWith: (count: number) => `Shared with ${count}`,
  sharedBy: (name: string) => `Shared by ${name}`,
  reading: (owner: string) => `You can read this session. Ask ${owner} for edit access to write.`,
  gone: 'This session is not here any more: it was deleted, or it is not shared with you.',
  toSessions: 'See sessions',
};

export const composerWords = {
  label: (agent: string) => `Message to ${agent}`,
  placeholder: (agent: string) => `Ask ${agent} anything…`,
  send: 'Send',
  stop: 'Stop',
  stopThis: 'Stop this answer',
  stopping: 'Stopping…',
  stopFailed: 'It could not be stopped.',
  hint: 'Enter sends, Shift + Enter starts a new line.',
  estimating: 'Estimating…',
  usually: (low: string, high: string) => `Usually ${creditRange(low, high)}.`,
  range: creditRange,
  hold: (hold: string) =>
    `We hold up to ${formatCredits(hold)} while it runs and give back the rest.`,
  holdMore: (hold: string) =>
    `We hold up to ${formatCredits(hold)} at first, more if the answer gets long, and give back the rest.`,
  noEstimate: 'No estimate right now: — credits.',
  how: 'How estimates work',
  model: 'Model',
  auto: 'Auto',
  effort: 'Effort',
  effortIs: (name: string) => `Effort: ${name}`,
  effortHow: (agent: string) => `What ${agent} can do by itself`,
  efforts: {
    low: { name: 'Low', means: () => 'One answer, without tools.' },
    medium: {
      name: 'Medium',
      means: (agent) => `${agent} may use tools, read files and open pages, a few times.`,
    },
    high: {
      name: 'High',
      means: (agent) => `${agent} may take many steps with them, and use more credits.`,
    },
  } as Record<Effort, { name: string; means: (agent: string) => string }>,
  noHands: 'This model only answers; it uses no tools.',
  notSent: 'The message was not sent.',
  saved: 'Your draft is kept.',
};

export const attachWords = {
  attach: 'Attach files',
  attachHint: (most: number) => `Attach files: text, Markdown, PDF, CSV, DOCX; at most ${most}`,
  full: (most: number) => `No more than ${most} files fit a message`,
  attached: 'Attached files',
  stopNamed: (name: string) => `Stop the upload of ${name}`,
  refused: (name: string, why: string) => `${name}: ${why}`,
  tooMany: (most: number) => `A message takes at most ${most} files.`,
  files: (count: number) => (count === 1 ? '1 file' : `${count} files`),
  panel: 'Files of this session',
  download: (name: string, size: string) => `Download ${name}, ${size}`,
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
  waitingForYou: 'Waiting for you',
  waitingFor: (name: string) => `Waiting for ${name}`,
  using: (name: string) => `Using “${name}”…`,
  upTo: (held: string) => `up to ${formatCredits(held)} held`,
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
  stopped_at_cap: 'Stopped at the credits that were set as the most for it.',
  stopped_at_bounds: 'Stopped: it found no answer within the steps of its effort.',
  took_too_long: 'It took longer than it may.',
  not_allowed: 'Whoever asked may not start work any more.',
  internal_error: 'Something failed on our side.',
};

/** How a call went: one use of a tool within an answer. */
export const callWords = {
  list: 'What was done for this answer',
  states: {
    running: 'Running',
    waiting: 'Waiting for you',
    done: 'Done',
    failed: 'Failed',
    declined: 'Not done',
    stopped: 'Stopped',
  },
  free: 'no credits',
  inputs: 'Inputs',
  result: 'Result',
  notYet: 'No result yet.',
  noResult: 'No result.',
  steps: 'Steps',
  shortened: 'Shortened here. The whole is on the run’s page.',
  private: 'Only those the session is shared with can open its inputs and results.',
  watch: 'Watch the browser',
  recording: 'See the recording',
  openRun: 'Open the run',
};

/** The agent asks before it starts something. */
export const askWords = {
  title: (agent: string, name: string) => `${agent} asks: ${name}?`,
  what: 'What would be done',
  cost: (low: string, high: string, typical: string) =>
    `It may use ${creditRange(low, high)}, usually ${formatCredits(typical)}.`,
  available: (available: string) => `You have ${formatCredits(available)} available.`,
  opens: (agent: string, site: string) =>
    `It would open ${site}, a site that you have not named. ${agent} asks before each one of these.`,
  until: (time: string) => `It waits for you until ${time}. Then it goes on without it.`,
  run: 'Run',
  notNow: 'Not now',
  always: 'Always allow up to',
  alwaysUnit: 'credits in this session',
  allow: 'Allow and run',
  amount: 'Write an amount of credits.',
  least: (high: string) => `It must cover this call: at least ${creditsText(high)}.`,
  over: 'This is not asked any more.',
  failed: 'Your answer did not arrive.',
  asks: (agent: string, name: string) =>
    `${agent} waits for you: ${name}? Choose Run, Not now or Always allow in its answer.`,
  said: { run: 'It runs.', not_now: 'It goes on without it.', always: 'It runs.' },
};

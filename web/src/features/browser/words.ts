import { creditsText, formatCredits } from '../../credits/amount';

/** The screen on which a session is started. */
export const startWords = {
  title: 'Browser session',
  lead: (agent: string) =>
    `${agent} works in a real browser: it opens pages, clicks, types and tells you what it found. You watch, and take over whenever you want.`,
  status: 'Whether browser sessions can be started',
  form: 'What is to be done',
  task: 'Task',
  taskHint: (agent: string) =>
    `In plain words. Without a task ${agent} does nothing and no model is asked: you drive yourself.`,
  address: 'Start address',
  addressHint: 'Where it begins. With a task it may be left empty.',
  minutes: 'Minutes',
  minutesHint: (usual: number, most: number) =>
    `Ends after so many at the latest. ${usual} if you leave it empty, at most ${most}.`,
  advanced: 'Advanced',
  model: 'Model',
  auto: 'Auto',
  start: 'Start the session',
  started: 'The session is starting.',
  notStarted: 'The session was not started. What you wrote is kept.',
  busy: 'All browsers are in use. Nothing was charged; what you wrote is kept.',
  busyMore: 'Try again when one of the sessions has ended. Those at work are listed under Runs.',
  toRuns: 'Show the sessions',
  earlier: 'Earlier sessions',
  notReady: 'Browser sessions cannot be started here',
  rates: (perMinute: string) =>
    `${creditsText(perMinute)} per minute of open browser, by the second, and by the rate card for what the model reads and writes.`,
  more: 'About browser sessions',
  errors: {
    nothing: 'Say what is to be done, or where to begin.',
    address: 'A web address that begins with https:// or http://.',
    minutes: (most: number) => `A whole number from 1 to ${most}.`,
    long: (most: number) => `At most ${most.toLocaleString('en-US')} characters.`,
  },
};

/** Where a session is in its life: a mark, a sentence, and what is said aloud at the change. */
export const modeWords = {
  starting: {
    mark: 'Starting',
    text: 'The browser is starting. Nothing is charged yet.',
  },
  agent: {
    mark: 'Working',
    text: (agent: string) => `${agent} is in control. You are watching.`,
  },
  nobody: {
    mark: 'Waiting',
    text: 'Nobody is in control, and there is no task to go on with.',
  },
  paused: {
    mark: 'Paused',
    text: 'Paused. Nothing is charged while it is paused.',
    until: (time: string) => `It ends by itself at ${time}.`,
  },
  mine: {
    mark: 'You are in control',
    text: 'You are in control. Click on the picture and type.',
    hint: 'Everything you type goes to the page, Tab too.',
    keys: ['Ctrl', 'Alt', 'Esc'],
    release: 'gives control back.',
  },
  theirs: {
    mark: (name: string) => `${name} is in control`,
    text: (name: string) => `${name} is in control. You are watching.`,
  },
  finished: { mark: 'Ended', text: 'The session has ended.' },
};

export const liveWords = {
  picture: 'The page',
  alt: (title: string) => (title === '' ? 'The page as it is now' : `The page as it is now: ${title}`),
  hands: 'The page: what you type goes into it. Ctrl Alt Esc gives control back.',
  starting: 'The picture appears as soon as the browser is open.',
  none: 'Waiting for the picture…',
  lost: 'The picture does not come through. It is tried again by itself.',
  address: 'Address',
  noAddress: 'No page yet',
  go: 'Go',
  back: 'Go back to the page before',
  wrongAddress: 'This is not a web address.',
  takeControl: 'Take control',
  release: 'Release',
  pause: 'Pause',
  goOn: 'Continue',
  stop: 'Stop',
  controls: 'The session',
  watchOnly: (names: string) => `${names} can take control. You are watching.`,
  idle: (minutes: string) => `Ends by itself after ${minutes} in which nothing is done.`,
  failed: 'That did not work.',
  notSent: 'What you did last did not reach the page.',
  open: 'Open for',
  rate: (perMinute: string) => `${creditsText(perMinute)} per minute`,
  soFar: (used: string) => `${formatCredits(used)} so far`,
  cap: (cap: string) => `cap ${formatCredits(cap)}`,
  noCap: 'no cap set',
  latest: (time: string) => `ends at ${time} at the latest`,
  notCharged: 'not charged now',
};

export const logWords = {
  title: 'What was done',
  lead: 'Everything that was done on the page, in words.',
  list: 'What was done, to scroll',
  none: 'Nothing yet.',
  now: 'now',
  failed: 'Not done',
};

export const recordingWords = {
  title: 'Recording',
  what: 'The recording',
  none: 'No pictures are kept of this session.',
  alt: (title: string, action: string) =>
    title === '' ? `The page after: ${action}` : `The page “${title}” after: ${action}`,
  place: (number: number, all: number) => `Picture ${number} of ${all}`,
  previous: 'Previous picture',
  next: 'Next picture',
  strip: 'All pictures',
  show: (number: number, action: string) => `Picture ${number}: ${action}`,
  failed: 'This picture could not be loaded.',
};

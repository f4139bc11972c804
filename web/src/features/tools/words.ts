import { creditRange, creditsText, formatCredits } from '../../credits/amount';

const rateCard = 'Charged by the rate card, for what the models read and write.';

export const words = {
  title: 'AI Tools',
  lead: 'Ready-made work: fill in the inputs, see the price range, run.',
  browser: (agent: string) => `Work that needs a real browser: let ${agent} do it in a browser session.`,
  toBrowser: 'Start a browser session',
  what: 'The tools',
  one: 'The tool',
  tool: 'Tool',
  search: 'Search tools',
  searchPlaceholder: 'Summarize, translate, compare…',
  categories: {
    marketing: 'Marketing',
    research: 'Research',
    operations: 'Operations',
  } as Record<string, string>,
  category: 'Category',
  all: 'All',
  sort: 'Sort by',
  sorts: { relevance: 'Relevance', name: 'Name', cost: 'Usual cost' },
  found: (count: number) => (count === 1 ? '1 tool' : `${count} tools`),
  noMatch: (agent: string) => `No tool matches. Ask ${agent} to do it instead.`,
  noMatchRead: 'No tool matches.',
  ask: (agent: string) => `Ask ${agent}`,
  showAll: 'Show all tools',
  none: 'There are no tools on this installation.',
  schedulable: 'Can be scheduled',
  lastUsed: (when: string) => `Last used ${when}`,
  neverUsed: 'Not used yet',
  usually: (low: string, high: string) => `Usually ${creditRange(low, high)}`,
  byRateCard: (low: string, high: string) => `${creditRange(low, high)} by the rate card`,
  rateCard,
  refused: (count: number) =>
    count === 1 ? 'One tool file was refused' : `${count} tool files were refused`,
  refusedNote: 'Only operators see this. The other tools are not affected.',
  refusedLine: (file: string, line: number) => `${file}, line ${line}`,
};

export const pageWords = {
  inputs: 'Inputs',
  run: 'Run',
  runAgain: 'Run again',
  stop: 'Stop',
  cancelWaiting: 'Cancel',
  stopping: 'Stopping…',
  toRun: 'Show the run',
  whenThere: 'Start when credits are there',
  schedule: 'Schedule…',
  save: 'Save inputs',
  saved: 'Saved inputs',
  started: (tool: string) => `${tool} has started.`,
  waits: (tool: string) => `${tool} waits for credits and starts by itself.`,
  ended: (state: string, credits: string) => `${state}, ${creditsText(credits)}`,
  notStarted: 'The run was not started. Your inputs are kept.',
  notStopped: 'It could not be stopped.',
  inputsKept: 'Your inputs are kept.',
  canWait: 'The run can wait: it starts by itself, in order, when credits are there.',
  waiting: (count: number) =>
    count === 1
      ? 'One run waits for credits before this one.'
      : `${count} runs wait for credits before this one.`,
  tooManyWait: 'As many runs as can wait are waiting already.',
  history: 'Earlier runs of this tool',
  allTools: 'All tools',
  oldRun: 'The run in the address could not be opened. You can start a new one.',
};

export const estimateWords = {
  label: 'Estimate',
  estimating: 'Estimating…',
  hold: (hold: string) => `hold up to ${formatCredits(hold)}`,
  holdFirst: (hold: string) => `hold ${formatCredits(hold)} at first`,
  unknown: 'The range is shown when the inputs are complete.',
  failed: 'No estimate right now: — credits.',
  how: 'How this is estimated',
  howHistory:
    'The range goes from the 10th to the 90th percentile of what its last runs used.',
  howRateCard:
    'There are not enough earlier runs yet, so the range comes from the rate card and the size of the inputs.',
  howHold:
    'The hold is set aside before the run begins and grows while it works; what is not used is given back.',
  more: 'More about estimates',
  cap: 'Stop at',
  capUnit: 'credits (optional)',
  capWrong: 'A number of credits above zero.',
  confirmTitle: 'A large run',
  confirm: (upTo: string, available: string) =>
    `This run may use up to ${formatCredits(upTo)} of your ${formatCredits(available)} available credits. Run it?`,
};

export const inputWords = {
  required: 'required',
  oneOf: (labels: string) => `One is enough: ${labels}.`,
  advanced: 'Advanced',
  notSet: 'Not set',
  onePerLine: 'One per line.',
  onePagePerLine: 'One address per line.',
  errors: {
    missing: 'This is needed.',
    oneOf: (labels: string) => `One of these is needed: ${labels}.`,
    number: 'This must be a number.',
    integer: 'This must be a whole number.',
    min: (least: number) => `At least ${least}.`,
    max: (most: number) => `At most ${most}.`,
    short: (least: number) => `At least ${least} characters.`,
    long: (most: number) => `At most ${most} characters.`,
    url: 'A web address that begins with https:// or http://.',
    urlLine: (line: string) => `“${line}” is not a web address.`,
    few: (least: number) => (least === 1 ? 'At least one.' : `At least ${least}.`),
    many: (most: number) => `At most ${most} lines.`,
  },
};

export const savedWords = {
  what: 'The saved inputs',
  none: 'Nothing saved for this tool yet. Save inputs you use often.',
  use: (name: string) => `Use “${name}”`,
  used: (name: string) => `Inputs “${name}” are filled in.`,
  remove: (name: string) => `Delete “${name}”`,
  removed: (name: string) => `“${name}” is deleted.`,
  failed: 'That did not work.',
  title: 'Save these inputs',
  lead: 'Only you see them. Saving uses no credits.',
  name: 'Name',
  save: 'Save',
  done: (name: string) => `Saved as “${name}”.`,
};

export const words = {
  title: 'Home',
  greeting: (name: string) => `What shall we work on, ${name}?`,
  greetingRead: (name: string) => `Welcome, ${name}.`,
  leadRead: (agent: string) =>
    `What your team makes with ${agent} is here to read. Reading never uses credits.`,
  lead: (agent: string) =>
    `Ask ${agent}. You see an estimate before anything is spent, and a receipt afterwards.`,
  starters: 'Ideas to start with',
  startersHint: 'A card fills the message; nothing is sent until you send it.',
  browser: 'Browser session',
  browserNote: (agent: string) => `${agent} works on web pages while you watch.`,
  recent: 'Recent sessions',
  all: 'All sessions',
  none: (agent: string) => `Nothing here yet. Your sessions with ${agent} will be listed here.`,
  noneRead: 'Nothing here yet. Sessions that are shared with you will be listed here.',
  write: 'Write a message',
  what: 'The recent sessions',
  local: (name: string) =>
    `Answers come from ${name}, a small model on this computer. It is for trying out: short, simple questions work best.`,
  localStates: {
    starting: 'The model on this computer is starting. Your message waits for it.',
    missing: 'The model on this computer has not been downloaded.',
    failed: 'The model on this computer has failed. Nothing is charged.',
    off: 'The model on this computer is switched off.',
  } as Record<string, string>,
  noneReady: 'Models are not answering right now. Nothing is charged.',
  connect: 'Connect a provider',
  connectHow: 'How to connect a provider',
};

/** They only fill the composer. */
export const starters: { title: string; text: string }[] = [
  {
    title: 'Explain something',
    text: 'Explain in five short sentences how a heat pump works, for someone who is not a technician.',
  },
  {
    title: 'Draft an email',
    text: 'Write a short, friendly email that moves our meeting from Tuesday to Thursday at 10:00 and asks whether that suits.',
  },
  {
    title: 'Summarize a text',
    text: 'Summarize the following text in three bullet points:\n\n',
  },
  {
    title: 'Compare two options',
    text: 'Make a table that compares renting and buying office furniture: cost, flexibility, effort.',
  },
  {
    title: 'Plan a week',
    text: 'Plan a first week for a new colleague in customer support, one line per half day.',
  },
  {
    title: 'Improve wording',
    text: 'Make this paragraph clearer and shorter, and keep its meaning:\n\n',
  },
];

export const attentionWords = {
  title: 'Needs attention',
  first: (shown: number, all: number) => `The first ${shown} of ${all}.`,
  failed: 'What stands still could not be looked up.',
  runPaused: 'Finished steps are kept. It goes on by itself when there are enough credits.',
  runOf: (names: string) => `${names} can resume it.`,
  scheduleOf: (names: string) => `${names} can resume it.`,
  missed: 'Missed runs are not made up.',
  resume: 'Resume',
  resumeOf: (name: string) => `Resume “${name}”`,
  notResumed: 'It could not be resumed.',
};

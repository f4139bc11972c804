export const words = {
  title: 'Notifications',
  lead: 'What happened that you may want to know of. The newest come first.',
  what: 'The notifications',
  none: 'Nothing yet. You are told here when credits run low, a payment fails, a schedule pauses or a long run ends.',
  unread: 'Unread',
  markAll: 'Mark all read',
  allRead: 'All are marked read.',
  preferences: 'What you are told of',
  failed: 'That did not work.',
};

export const choiceWords = {
  title: 'Notifications',
  lead: 'What you are told of, and how. This is for you alone.',
  what: 'The choices',
  columns: { kind: 'About', app: 'In the app', email: 'By email' },
  appOf: (title: string) => `${title}: in the app`,
  emailOf: (title: string) => `${title}: by email`,
  always: 'Always',
  why: '“Always” is fixed: who missed that work stopped, a payment failed or the plan ends could not mend it.',
  noMail: 'This installation sends no mail. The email choices count from when it does.',
  saved: 'Saved.',
};

export const toastWords = {
  title: 'News about credits and the plan',
  added: (available: string) => `Credits were added. ${available} are available now.`,
  plan: (name: string) => `Your plan is ${name} now.`,
  see: 'Open Billing',
  close: (text: string) => `Close: ${text}`,
};

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
  why: '“Always” is fixed: who could miss that work stopped or a payment failed could not mend it.',
  noMail: 'This installation sends no mail. The email choices count from when it does.',
  saved: 'Saved.',
};

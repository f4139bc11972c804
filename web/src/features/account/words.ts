/** What goes, what stays, what to do next: the words of data and of deleting. */
export const words = {
  title: 'Your data',
  back: 'Back to settings',
  open: 'Download or delete your data',
  openOurs: 'Download everything, or delete the organization',
  lead: 'Take your data with you, or delete your account.',
};

export const downloadWords = {
  preparing: 'Preparing the file…',
  soFar: (size: string) => `${size} so far. You can go on working, but stay on this page.`,
  stop: 'Stop',
  stopped: 'Stopped. Nothing was saved.',
  done: (name: string, size: string) => `${name} was saved, ${size}.`,
  failed: 'The file could not be made.',
  broken: 'The download broke off and nothing was saved. Check your connection and try again.',
};

export const mineWords = {
  title: 'Your data',
  text: 'Everything that is yours, in one ZIP file: your profile, sessions, runs with their credits, tasks and results, files, workflows, schedules and notices, of all organizations you are in. It costs no credits.',
  shared: 'Sessions that others shared with you are in it by name only: what is said in them is theirs.',
  download: 'Download my data',
  file: 'my-data.zip',
};

export const oursWords = {
  title: 'The organization’s data',
  text: 'Everything of the organization in one ZIP file: its people, the whole journal of credits with the hashes that prove it, usage, payments, the audit log, workflows, schedules, tasks and files. It costs no credits.',
  private: 'What other people say in their sessions is not in it: of those it holds the credits only.',
  download: 'Download everything',
  file: 'organization.zip',
};

export const accountWords = {
  title: 'Delete your account',
  lead: 'For good. Download your data first if you want to keep anything.',
  start: 'Delete my account',
  owner: (organization: string) =>
    `You own ${organization}. Hand it over or delete it first; then you can delete your account.`,
  handOver: 'Hand it over on the Team page',
  dialog: 'Delete your account?',
  goes: 'What goes',
  gone: [
    'Your sessions with all messages, and what you shared of them',
    'Your files, saved inputs, notices, and what your runs made',
    'Your name and email address, and every login',
  ],
  stays: 'What stays',
  kept: [
    'The organizations’ credits, all of them',
    'What your runs cost, under “Deleted person”',
    'Workflows you made: they go to each organization’s owner',
  ],
  running: 'Runs of yours that are still going have to be stopped first.',
  schedules: 'What becomes of your schedules?',
  pause: 'Pause',
  pauseNote: 'Nothing runs until somebody takes them over.',
  reassign: 'Hand them to the owner',
  reassignNote: 'They go on, as schedules of each organization’s owner.',
  email: (email: string) => `Type your email address: ${email}`,
  password: 'Your password',
  yes: 'Delete my account',
  failed: 'Your account was not deleted.',
  done: 'Your account was deleted.',
  sorry: 'You can sign up again with the same address at any time, as a new person.',
  after: 'Ask somebody for an invitation, or delete your account.',
};

export const organizationWords = {
  title: 'Delete the organization',
  lead: 'For good, and for everybody in it. Download everything first if you want to keep it.',
  start: 'Delete organization',
  dialog: (organization: string) => `Delete ${organization}?`,
  ends: 'What ends',
  ended: [
    'The plan ends now; no money is given back',
    'Auto-recharge and runs stop; what runs delivered is charged',
    'Sessions, files, tasks, workflows, schedules and invitations are deleted',
    'Everybody is logged out here; people keep their accounts',
  ],
  lost: (credits: string) => `${credits} are lost`,
  lostUnknown: 'The credits that are left are lost',
  stays: 'What stays',
  kept: ['The books of credits and payments, by numbers only, under “Deleted organization”'],
  name: (organization: string) => `Type the organization’s name: ${organization}`,
  password: 'Your password',
  yes: 'Delete organization',
  failed: 'The organization was not deleted.',
  again:
    'Runs may have been stopped and auto-recharge switched off already. Delete it again to finish.',
  done: 'The organization was deleted.',
  keptAccount: 'Your account is still there. Log in to go on in another organization, or to delete it.',
};

import type { PlanScenario } from '../../api/gen';
import { creditsShort, creditsText, formatCredits } from '../../credits/amount';

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;

export const words = {
  title: 'Plans',
  what: 'The plans',
  lead: 'Included credits come with each period and end with it. Purchased credits stay yours beside them.',
  trial: (credits: string, days: number) =>
    `A new organization starts with ${creditsText(credits)}, usable for ${count(days, 'day', 'days')}.`,
  without: (people: number, schedules: number, runs: number) =>
    `Without a plan: ${count(people, 'person', 'people')}, ${count(schedules, 'schedule', 'schedules')}, ${count(runs, 'run', 'runs')} at the same time; credits can be bought at any time.`,
  cadence: 'How often you pay',
  cadences: { monthly: 'Monthly', annual: 'Annual' },
  per: { monthly: 'a month', annual: 'a year' },
  current: 'Your plan',
  monthlyCredits: (credits: string) => `${creditsText(credits)} each month`,
  annualCredits: (all: string, each: string) =>
    `${creditsText(all)} up front for the year (12 × ${formatCredits(each)})`,
  facts: {
    people: 'People',
    schedules: 'Schedules',
    runs: 'Runs at the same time',
    background: 'Background work',
    overdraft: 'To finish started work beyond zero',
  },
  backgroundEach: (credits: string) => `${creditsText(credits)} a month`,
  choose: {
    start: (name: string) => `Choose ${name}`,
    restart: (name: string) => `Restart with ${name}`,
    upgrade: (name: string) => `Upgrade to ${name}`,
    downgrade: (name: string) => `Change to ${name}`,
    to_monthly: (name: string) => `Change to ${name}, monthly`,
    to_annual: (name: string) => `Change to ${name}, annual`,
  } as Partial<Record<PlanScenario, (name: string) => string>>,
  // Of the present plan only the cadence changes.
  switch: {
    to_monthly: 'Switch to monthly',
    to_annual: 'Switch to annual',
  } as Partial<Record<PlanScenario, string>>,
  unavailable: 'Not available at present',
  endingFirst: 'Your plan is ending. Resume it first; then it can be changed.',
  pendingFirst: 'A change is waiting already. Undo it first; only one change can wait.',
  payFirst: 'A payment for your plan is open. Settle it first; then the plan can be changed.',
  noProvider: 'Payments are not set up on this installation.',
  onlyThey: (names: string) => `${names} can change the plan.`,
  toBilling: 'Back to Billing',
  notPaid: 'Nothing was paid and nothing has changed. You can choose again.',
};

export const previewWords = {
  title: (name: string, cadence: string) => `${name}, ${cadence}`,
  what: 'The preview',
  dueToday: 'Due today',
  next: 'From the next renewal',
  nextValue: (amount: string, day: string) => `${amount} on ${day}`,
  creditsNow: 'Credits now',
  creditsAfter: 'Credits after the change',
  added: (credits: string) => `${creditsShort(credits)} more`,
  unlocked: (day: string | null) => (day === null ? 'Unlocked' : `Unlocked, usable until ${day}`),
  lapsed: (day: string | null) =>
    day === null ? 'Expired while locked' : `Expired while locked, on ${day}`,
  preserved: 'Kept from the present period',
  preservedValue: (credits: string, day: string) => `${credits} until ${day}`,
  effective: 'Takes effect',
  now: 'now',
  atRenewal: (day: string) => `at renewal, on ${day}`,
  saving: 'Saving in a year',
  paysWith: 'Paid with',
  savedCard: 'the saved card',
  checkout: 'a payment page, next step',
  validUntil: (time: string) => `These numbers hold until ${time}.`,
  expired: 'These numbers are older than ten minutes and no longer hold.',
  renew: 'Show today’s numbers',
  changed: 'Something changed meanwhile. Nothing was paid. Please look at the new numbers:',
  renewed: 'These are the numbers of this moment.',
  before: (text: string) => `before: ${text}`,
  none: 'none',
  gone: 'This change is no longer possible. Nothing was paid and nothing has changed.',
  failed: 'The change was not made.',
  declined: 'The card was declined. Nothing has changed.',
  confirm: {
    start: (amount: string) => `Pay ${amount} and start`,
    restart: (amount: string) => `Pay ${amount} and restart`,
    change: (amount: string) => `Pay ${amount} and switch`,
    free: 'Switch now',
    later: (day: string) => `Switch on ${day}`,
    checkout: (amount: string) => `Continue to pay ${amount}`,
  },
  done: (name: string) => `${name} has started. Its credits are in the pool.`,
  scheduled: (name: string, day: string) => `You switch to ${name} on ${day}. You can undo it until then.`,
  bankTitle: 'Your bank wants you to confirm this payment. Nothing changes until you do.',
  toBank: 'Confirm payment',
  toCard: 'Use another card',
};

import { creditsShort, creditsText, formatShort } from '../../credits/amount';

const plural = new Intl.PluralRules('en', { type: 'ordinal' });
const ordinals: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };

export const words = {
  title: 'Usage',
  what: 'The usage of this period',
  remaining: 'Credits remaining',
  buy: 'Buy credits',
  included: 'Included credits',
  noIncluded: 'There are no included credits at present.',
  usesPurchased: 'Work uses purchased credits.',
  usedUp: (until: string) =>
    `Included credits are used up until ${until}. New work now uses purchased credits.`,
  usedOf: (used: string, granted: string) =>
    `${formatShort(used)} of ${creditsShort(granted)} used`,
  left: (left: string) => `${creditsShort(left)} left`,
  percent: (percent: string) => `${percent} %`,
  period: (from: string, to: string) => `${from} – ${to}`,
  days: (days: number) => (days === 1 ? '1 day left' : `${days} days left`),
  sources: 'This period by source',
  sourcesLead: (used: string) => `${creditsText(used)} used so far this period.`,
  none: (agent: string) =>
    `Nothing used yet this period. Send ${agent} a message to see where credits go.`,
  noneRead: 'Nothing used yet this period.',
  start: 'Send a message',
  run: 'run',
  runs: 'runs',
  models: 'By model',
  members: 'By member',
  membersHidden:
    'Only owners and billing admins see who used how much. You can see the balance and this period’s sources.',
  daily: 'Day by day',
  dailyLead: (zone: string) => `Credits used per day in ${zone}. The sum of the period, not a balance.`,
  asTable: 'Show as table',
  asBars: 'Show as bars',
  day: 'Day',
  credits: 'Credits',
  grants: 'Grants',
  grantsWhat: 'The grants',
  grantsLead: 'Where credits came from. Included first, purchased next, soonest expiry first.',
  noGrants: 'There are no grants yet.',
  grant: {
    what: 'Grant',
    left: 'Left',
    amount: 'Granted',
    state: 'State',
    expires: 'Expires',
    order: 'Used',
  },
  classes: {
    included: 'Included',
    purchased: 'Purchased',
    background: 'Background work',
  } as Record<string, string>,
  causes: {
    plan: 'plan',
    trial: 'trial',
    top_up: 'pack',
    auto_recharge: 'auto-recharge',
    pack: 'pack',
    purchase: 'pack',
    adjustment: 'adjustment',
    background: 'allowance',
  } as Record<string, string>,
  grantStates: {
    active: 'Active',
    used_up: 'Used up',
    expired: 'Expired',
    not_yet_effective: 'Not yet effective',
    locked: 'Locked',
    frozen: 'Disputed',
  } as Record<string, string>,
  first: 'first',
  nth: (order: number) => `${order}${ordinals[plural.select(order)] ?? 'th'}`,
  never: 'never',
};

export const words = {
  title: 'Audit log',
  lead: 'Who changed billing, roles, caps and settings. Entries are never changed or removed.',
  what: 'the audit log',
  none: 'Nothing was changed yet.',
  download: 'Download CSV',
  back: 'Settings',
  open: 'See the audit log',
  gone: 'Somebody who is gone',
  onlyOwner: 'Only the owner sees the audit log.',
  columns: { when: 'When', who: 'Who', what: 'What', change: 'Change' },
};

/** Of what entries hold. Members and values that are not named here are said as they are. */
export const changeWords: {
  members: Record<string, string>;
  values: Record<string, string>;
  credits: readonly string[];
  free: readonly string[];
} = {
  members: {
    plan: 'plan',
    cadence: 'cadence',
    credits: 'credits',
    due_cents: 'to pay',
    amount_cents: 'price',
    pay_with: 'paid with',
    outcome: 'how',
    ends: 'ends',
    reason: 'reason',
    enabled: 'on',
    threshold: 'buys below',
    amount: 'buys',
    monthly_limit: 'at most a month',
    billing_admin: 'billing admin',
    up_to: 'without asking up to',
    has_key: 'has a key',
    draw: 'draws from the pool',
  },
  values: {
    checkout: 'on the payment page',
    saved_card: 'the saved card',
    done: 'at once',
    at_period_end: 'with the period',
  },
  credits: ['credits', 'threshold', 'amount', 'monthly_limit', 'up_to', 'cap'],
  free: ['reason', 'zone', 'model'],
};

/** The server's answers about plans and money, as the tests need them. */
import type {
  AutoRecharge,
  Billing,
  BillingCard,
  BillingState,
  ChangePreview,
  Checkout,
  Money,
  PackList,
  Plan,
  PlanList,
} from '../src/api/gen';
import { balance } from './samples';

export const usd = (amount: number): Money => ({ amount, currency: 'usd' });

export const visa: BillingCard = {
  brand: 'visa',
  last4: '4242',
  exp_month: 4,
  exp_year: 2027,
  expired: false,
};

/** On the plan Team, paid monthly, all well. */
export function billing(change: Partial<Billing> = {}): Billing {
  return {
    credits: balance(),
    plan_name: 'Team',
    state: 'active',
    provider: 'sandbox',
    billing_admins: ['Mia Novak', 'Ben Carter'],
    actions: ['change_plan', 'switch_to_annual', 'cancel_plan', 'update_card', 'manage_portal', 'buy_credits', 'auto_recharge'],
    overdraft_limit: '200',
    plan: { id: 'team', name: 'Team', version: 1, cadence: 'monthly', included_credits: '10000' },
    banner: null,
    renews_at: '2026-12-14T09:00:00Z',
    ends_at: null,
    grace_until: null,
    price: usd(2900),
    card: visa,
    pending: null,
    confirm_url: null,
    if_cancelled: {
      at: '2026-12-14T09:00:00Z',
      kept_until: '2026-12-14T09:00:00Z',
      locked_credits: '3400',
      locked: [
        { credits: '400', expires_at: '2027-03-12T00:00:00Z' },
        { credits: '3000', expires_at: null },
      ],
      schedules: 2,
      text: 'The plan goes on until 14 Dec 2026 and is then not renewed.',
    },
    ...change,
  };
}

/** The page in a state, as the server says it to somebody with billing access. */
export function standing(
  state: BillingState,
  text: string,
  action: string | null,
  change: Partial<Billing> = {},
): Billing {
  const actions = action === null ? ['buy_credits'] : [action, 'buy_credits'];
  return billing({ state, actions, banner: { kind: state, text, action }, ...change });
}

/** What somebody without billing access gets of the same page. */
export function withoutAccess(page: Billing): Billing {
  const { banner } = page;
  return {
    ...page,
    actions: [],
    banner: banner && { ...banner, action: null },
    price: null,
    card: null,
    pending: null,
    confirm_url: null,
    if_cancelled: null,
  };
}

export function plan(change: Partial<Plan> = {}): Plan {
  return {
    id: 'team',
    name: 'Team',
    text: 'For a team that works every day.',
    version: 1,
    credits: '10000',
    people: 10,
    schedules: 50,
    parallel_runs: 5,
    background_credits: '200',
    overdraft: '200',
    monthly: usd(2900),
    annual: usd(29_000),
    annual_credits: '120000',
    current: true,
    scenarios: { monthly: 'current', annual: 'to_annual' },
    ...change,
  };
}

export const plans: PlanList = {
  data: [
    plan({
      id: 'starter',
      name: 'Starter',
      monthly: usd(900),
      annual: usd(9000),
      current: false,
      scenarios: { monthly: 'downgrade', annual: 'unavailable' },
    }),
    plan(),
    plan({
      id: 'scale',
      name: 'Scale',
      monthly: usd(9900),
      annual: usd(99_000),
      current: false,
      scenarios: { monthly: 'upgrade', annual: 'upgrade' },
    }),
  ],
  trial: { credits: '1000', days: 30 },
  without_plan: { people: 3, schedules: 5, parallel_runs: 1 },
};

/** Monthly to annual, with the saved card. */
export function preview(change: Partial<ChangePreview> = {}): ChangePreview {
  return {
    id: 'prv_1',
    expires_at: '2026-11-22T09:52:00Z',
    scenario: 'to_annual',
    plan: { id: 'team', name: 'Team' },
    cadence: 'annual',
    when: 'now',
    effective_at: '2026-11-22T09:42:00Z',
    due_today: {
      total: usd(29_000),
      lines: [{ text: 'Team, a year', amount: usd(29_000) }],
    },
    next: { at: '2027-11-22T09:42:00Z', amount: usd(29_000) },
    credits: { now: '982', added: '120000', after: '120982', unlocked: [], expired: [] },
    preserved: { credits: '982', expires_at: '2026-12-14T09:00:00Z' },
    saving: usd(5800),
    pays_with: 'saved_card',
    text: 'A new year begins today.',
    ...change,
  };
}

export const packs: PackList = {
  data: [
    { id: 'pack_5000', credits: '5000', price: usd(1500), per_thousand: '3.00', lifetime_months: 12 },
    { id: 'pack_10000', credits: '10000', price: usd(2900), per_thousand: '2.90', lifetime_months: 12 },
  ],
  custom: {
    step: '1000',
    min: '1000',
    max: '500000',
    tiers: [
      { from: '1000', per_thousand: usd(300) },
      { from: '10000', per_thousand: usd(290) },
    ],
  },
  credits_expire_at: '2027-11-22T09:42:00Z',
};

export function checkout(change: Partial<Checkout> = {}): Checkout {
  return {
    id: 'chk_1',
    kind: 'credits',
    text: '10,000 credits',
    state: 'open',
    credits: '10000',
    price: usd(2900),
    pack: null,
    url: '/sandbox/checkout/chk_1',
    reason: null,
    grant_id: null,
    created_at: '2026-11-22T09:42:00Z',
    position: null,
    credits_expire_at: '2027-11-22T09:42:00Z',
    ...change,
  };
}

export function recharge(change: Partial<AutoRecharge> = {}): AutoRecharge {
  return {
    enabled: false,
    threshold: '10000',
    amount: '10000',
    monthly_limit: null,
    state: 'off',
    state_text: 'Nothing is bought by itself.',
    this_month: '0',
    at_most: null,
    next_attempt_at: null,
    confirm_url: null,
    card_broken: false,
    options: {
      thresholds: ['5000', '10000', '15000'],
      amounts: [
        { credits: '5000', price: usd(1500) },
        { credits: '10000', price: usd(2900) },
      ],
    },
    ...change,
  };
}

export const cards = {
  data: [
    { number: '4242424242424242', label: 'Pays', outcome: 'paid' },
    { number: '4000002760003184', label: 'Asks the bank', outcome: 'needs_confirmation' },
  ],
};

/** Everything that Billing asks for, about this page. */
export function billingAnswers(page: Billing, kept: AutoRecharge = recharge()) {
  const nothing = { data: [], next_cursor: null };
  const everything: Record<string, [number, unknown]> = {
    'GET /api/v1/billing': [200, page],
    'GET /api/v1/billing/auto-recharge': [200, kept],
    'GET /api/v1/billing/activity': [200, nothing],
    'GET /api/v1/billing/invoices': [200, nothing],
    'GET /api/v1/billing/packs': [200, packs],
    'GET /api/v1/billing/plans': [200, plans],
    'GET /api/v1/billing/admins': [200, { data: [] }],
    'GET /api/v1/members': [200, { data: [] }],
    'GET /api/v1/sandbox/cards': [200, cards],
  };
  return everything;
}

export const refusal = (code: string, detail: string, more: object = {}) => ({
  type: 'about:blank',
  title: 'Refused',
  status: 409,
  code,
  detail,
  instance: '/',
  request_id: 'req_1',
  retryable: false,
  docs_url: '',
  ...more,
});

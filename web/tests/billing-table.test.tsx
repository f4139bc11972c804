/**
 * The table of a plan's states, whole: in each the banner, the buttons that the server lists and no
 * other, and what it does to runs, to purchased credits and to auto-recharge; for people with
 * billing access and for the others.
 */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { Balance, Billing, BillingState } from '../src/api/gen';
import { words as credits } from '../src/credits/words';
import { renderAt, serve } from './app';
import { billingAnswers, recharge, standing, usd, visa, withoutAccess } from './billing-samples';
import { balance, me, poolOf } from './samples';

/** Why no run starts; null: they do while there are credits. */
type Stopped = string | null;

interface Row {
  state: BillingState;
  /** The server's sentence, and what it offers first. */
  banner: [text: string, action: string | null] | null;
  /** As the server lists them, with what each is called on a button. */
  actions: Record<string, string>;
  change: Partial<Billing>;
  stopped: Stopped;
  /** What was purchased is shown as this. */
  purchased: 'usable' | 'locked';
  /** What the server says of auto-recharge. */
  recharges: string;
}

const none = { plan: null, price: null, renews_at: null, if_cancelled: null, card: null } as const;
const paying = { update_card: 'Update card', manage_portal: 'Manage payment details' };
const buying = { buy_credits: 'Buy credits' };
const refilling = { auto_recharge: 'Change auto-recharge' };
const locked = 'AI runs are paused: 3,400 credits locked';

const rows: Row[] = [
  {
    state: 'none',
    banner: ['There is no plan. Start a plan to get included credits.', 'choose_plan'],
    actions: { choose_plan: 'Choose plan', ...buying },
    change: none,
    stopped: null,
    purchased: 'usable',
    recharges: 'Off. It needs a plan.',
  },
  {
    state: 'trial',
    banner: ['820 trial credits left. Choose a plan to get more each month.', 'choose_plan'],
    actions: { choose_plan: 'Choose plan', ...buying },
    change: none,
    stopped: null,
    purchased: 'usable',
    recharges: 'Off. It needs a plan.',
  },
  {
    state: 'incomplete',
    banner: ['Your bank wants you to confirm this payment.', 'confirm_payment'],
    actions: {
      confirm_payment: 'Confirm payment',
      update_card: 'Update card',
      cancel_plan: 'Cancel plan',
      manage_portal: 'Manage payment details',
      ...buying,
    },
    change: { confirm_url: '/sandbox/confirm/pay_1' },
    stopped: 'AI runs are paused: the plan is not paid',
    purchased: 'usable',
    recharges: 'Off. It needs a plan.',
  },
  {
    state: 'active',
    banner: null,
    actions: {
      change_plan: 'Change plan',
      switch_to_annual: 'Switch to annual',
      cancel_plan: 'Cancel plan',
      ...paying,
      ...buying,
      ...refilling,
    },
    change: {},
    stopped: null,
    purchased: 'usable',
    recharges: 'Buys 10,000 when below 10,000.',
  },
  {
    state: 'change_scheduled',
    banner: ['Switches to Starter, monthly on 14 Dec.', 'undo_change'],
    actions: {
      undo_change: 'Undo change',
      cancel_plan: 'Cancel plan',
      ...paying,
      ...buying,
      ...refilling,
    },
    change: {
      pending: {
        plan: 'starter',
        name: 'Starter',
        cadence: 'monthly',
        at: '2026-12-14T09:00:00Z',
        price: usd(900),
      },
    },
    stopped: null,
    purchased: 'usable',
    recharges: 'Buys 10,000 when below 10,000.',
  },
  {
    state: 'ending',
    banner: ['Your plan ends on 14 Dec. 3,400 purchased credits are then locked.', 'resume_plan'],
    actions: { resume_plan: 'Resume plan', ...paying, ...buying, ...refilling },
    change: { renews_at: null, ends_at: '2026-12-14T09:00:00Z' },
    stopped: null,
    purchased: 'usable',
    recharges: 'Buys 10,000 when below 10,000, until 14 Dec.',
  },
  {
    state: 'past_due',
    banner: ['Last payment failed on 18 Nov. Update the card by 25 Nov.', 'update_card'],
    actions: { ...paying, cancel_plan: 'Cancel plan', ...buying, ...refilling },
    change: { grace_until: '2026-11-25T09:00:00Z' },
    stopped: null,
    purchased: 'usable',
    recharges: 'Paused until the plan is paid.',
  },
  {
    state: 'unpaid',
    banner: ['The plan has stopped: payment failed. 3,400 credits are locked.', 'update_card'],
    actions: { ...paying, cancel_plan: 'Cancel plan' },
    change: { renews_at: null, ends_at: '2026-11-25T09:00:00Z' },
    stopped: locked,
    purchased: 'locked',
    recharges: 'Off. It needs a plan.',
  },
  {
    state: 'ended',
    banner: ['3,400 credits are locked. Restart a plan before they expire.', 'restart_plan'],
    actions: { restart_plan: 'Restart plan', ...paying },
    change: { renews_at: null, ends_at: '2026-11-14T09:00:00Z' },
    stopped: locked,
    purchased: 'locked',
    recharges: 'Off. It needs a plan.',
  },
];

function pageOf({ state, banner, actions, change }: Row): Billing {
  const page = standing(state, banner?.[0] ?? '', banner?.[1] ?? null, {
    card: visa,
    ...change,
    actions: Object.keys(actions),
  });
  return banner === null ? { ...page, banner: null } : page;
}

function poolIn({ state, purchased }: Row): Balance {
  if (purchased === 'locked') return poolOf('0', { state: 'locked', locked: '3400' });
  if (state === 'incomplete') return poolOf('0', { state: 'paused' });
  const display = { ...balance().display, purchased: '3,400' };
  return balance({ purchased: '3400', display });
}

function shows(row: Row, access: boolean, address: string) {
  const page = pageOf(row);
  const kept = recharge({ state_text: row.recharges });
  const member = me({ role: 'member', billing_access: false, rights: ['start_work'] });
  serve({
    ...billingAnswers(access ? page : withoutAccess(page), kept),
    'GET /api/v1/credits': [200, poolIn(row)],
    ...(access ? {} : { 'GET /api/v1/auth/me': [200, member] }),
  });
  renderAt(address);
}

/** What the page's buttons and links do to plan, card, credits and auto-recharge, each once. */
function offered(): string[] {
  const names = ['Subscription', 'Credits', 'Auto-recharge'];
  const regions = names.map((name) => screen.queryByRole('region', { name }));
  const found = regions.flatMap((region) => [...(region?.querySelectorAll('a[href], button') ?? [])]);
  const texts = found.map(({ textContent }) => textContent);
  return [...new Set(texts)].filter((name) => name !== 'Read more in Help');
}

async function bannerSays(row: Row) {
  await screen.findByText('Plan', { selector: 'dt' });
  await waitFor(() => expect(screen.queryByTestId('banner') !== null).toBe(row.banner !== null));
  const said = screen.queryByTestId('banner');
  expect(said?.textContent ?? '').toContain(row.banner?.[0] ?? '');
  return [...(said?.querySelectorAll('a[href], button') ?? [])].map(({ textContent }) => textContent);
}

async function purchasedIs({ purchased }: Row) {
  const facts = within(await screen.findByTestId('balance-facts'));
  const isLocked = facts.queryByText(credits.lockedCredits)?.nextSibling?.textContent ?? null;
  expect(isLocked).toBe(purchased === 'locked' ? '3,400' : null);
  if (purchased === 'locked') return;
  expect(facts.getByText(credits.purchased)).toBeTruthy();
}

describe.each(rows)('$state', (row) => {
  test('with billing access: the banner, exactly the server’s actions, credits, auto-recharge', async () => {
    shows(row, true, '/billing');
    const action = row.banner?.[1];
    const buttons = await bannerSays(row);
    expect(buttons).toEqual(action ? [row.actions[action]] : []);
    const all = Object.values(row.actions).toSorted();
    await waitFor(() => expect(offered().toSorted()).toEqual(all));
    await purchasedIs(row);
    const refill = within(screen.getByRole('region', { name: 'Auto-recharge' }));
    expect(refill.getByText(row.recharges)).toBeTruthy();
  });

  test('without: the same facts, whom to ask, and nothing to press', async () => {
    shows(row, false, '/billing');
    const buttons = await bannerSays(row);
    expect(buttons.filter((name) => name !== 'Ask them')).toEqual([]);
    await waitFor(() => expect(offered()).toEqual(['Ask them']));
    await purchasedIs(row);
    expect(screen.queryByRole('region', { name: 'Auto-recharge' })).toBeNull();
  });

  test.each([true, false])('runs at Home, with billing access: %s', async (access) => {
    shows(row, access, '/');
    await screen.findByRole('textbox', { name: 'Message to Joule' });
    await screen.findByTestId('credit-badge');
    const main = access ? row.actions[row.banner?.[1] ?? ''] : 'Ask them';
    const wanted = row.stopped === null ? null : { why: row.stopped, main };
    await waitFor(() => expect(stopped()).toEqual(wanted));
  });
});

/** Why nothing can be sent, and the one thing that helps. */
function stopped() {
  const box = screen.queryByTestId('out-of-credits');
  if (box === null) return null;
  const [main] = box.querySelectorAll('a[href], button');
  return { why: within(box).getByText(/^AI runs are paused/).textContent, main: main?.textContent };
}

import { expect, test } from 'vitest';
import type { Balance, BillingState } from '../src/api/gen';
import { type BannerKind, bannerFor, type Known } from '../src/features/shell/which-banner';
import { billing, recharge, standing } from './billing-samples';
import { poolOf } from './samples';

const pool = (state: Balance['state']) => poolOf('0', { state });
const plan = (state: BillingState, action: string | null = null) => standing(state, 'Text', action);

function shown(known: Partial<Known>): BannerKind | null {
  return bannerFor({
    balance: poolOf('982'),
    billing: billing(),
    recharge: recharge(),
    hidden: false,
    onBilling: false,
    ...known,
  });
}

const confirmation = recharge({ state: 'needs_confirmation' });
const broken = recharge({ state: 'off_after_declines' });
const low = pool('low');
const paused = pool('paused');

/** From the first to the last; in each pair the left wins over what comes further down. */
const ranks: [name: string, known: Partial<Known>, kind: BannerKind][] = [
  ['the plan’s payment needs confirmation', { billing: plan('incomplete') }, 'plan'],
  ['a recharge needs confirmation', { recharge: confirmation }, 'recharge'],
  ['past due', { billing: plan('past_due') }, 'plan'],
  ['paused at zero', { balance: paused }, 'paused'],
  ['auto-recharge is off', { recharge: broken }, 'recharge'],
  ['ending', { billing: plan('ending') }, 'plan'],
  ['low', { balance: low }, 'low'],
];

test.each(ranks)('%s has a banner', (_, known, kind) => {
  expect(shown(known)).toBe(kind);
});

test('of two that hold, the one that stands higher is shown', () => {
  for (const [at, [, high, kind]] of ranks.entries()) {
    for (const [, lower] of ranks.slice(at + 1)) {
      expect(shown({ ...lower, ...high })).toBe(kind);
    }
  }
});

test('a bank that asks while the plan goes on comes first too', () => {
  expect(shown({ billing: plan('active', 'confirm_payment'), balance: paused })).toBe('plan');
  expect(shown({ billing: plan('past_due', 'confirm_payment'), recharge: confirmation })).toBe('plan');
});

test('locked with the plan ended is the plan’s banner', () => {
  expect(shown({ billing: plan('ended'), balance: pool('locked') })).toBe('plan');
  expect(shown({ billing: plan('unpaid'), balance: pool('locked') })).toBe('plan');
});

test('only low can be hidden', () => {
  expect(shown({ balance: low, hidden: true })).toBeNull();
  expect(shown({ balance: paused, hidden: true })).toBe('paused');
  expect(shown({ billing: plan('ending'), hidden: true })).toBe('plan');
});

test('what is no trouble is said on Billing only', () => {
  for (const state of ['none', 'trial', 'change_scheduled'] as const) {
    expect(shown({ billing: plan(state) })).toBeNull();
    expect(shown({ billing: plan(state), onBilling: true })).toBe('plan');
  }
  expect(shown({ onBilling: true })).toBeNull();
  expect(shown({ balance: null, billing: undefined, recharge: undefined })).toBeNull();
});

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { AutoRecharge, Billing, SetAutoRechargeRequest } from '../src/api/gen';
import { atMost, mistakesOf, valuesOf } from '../src/features/billing/recharge';
import { type Asked, renderAt, serve } from './app';
import { billing, billingAnswers, recharge, refusal, usd } from './billing-samples';

const READ = 'GET /api/v1/billing/auto-recharge';
const SAVE = 'PUT /api/v1/billing/auto-recharge';
const on = recharge({
  enabled: true,
  monthly_limit: '50000',
  state: 'on',
  state_text: 'Buys 10,000 when below 10,000, up to 50,000 a month.',
  this_month: '20000',
  at_most: usd(14_500),
});

async function card(kept: AutoRecharge, page: Billing = billing(), more = {}) {
  const asked = serve({ ...billingAnswers(page, kept), ...more });
  renderAt('/billing');
  await screen.findByText(kept.state_text);
  return { asked, found: within(screen.getByRole('region', { name: 'Auto-recharge' })) };
}

const open = async (found: ReturnType<typeof within>) => {
  await userEvent.click(found.getByRole('button', { name: 'Change auto-recharge' }));
  return within(found.getByRole('form', { name: 'Auto-recharge' }));
};
const asks = async () => within(await screen.findByRole('dialog', { name: 'Buy credits now?' }));
const saved = (asked: Asked[]) =>
  asked.filter(({ method }) => method === 'PUT').map(({ body }) => body);

const states: [change: Partial<AutoRecharge>, mark: string][] = [
  [{}, 'Off'],
  [on, 'On'],
  [{ enabled: true, state: 'running', state_text: 'Adding 10,000 credits…' }, 'Buying credits now'],
  [
    {
      enabled: true,
      state: 'last_failed',
      state_text: 'The card was declined. We will try again in an hour.',
      next_attempt_at: '2026-11-22T10:42:00Z',
    },
    'On, last payment failed',
  ],
  [
    { state: 'off_after_declines', state_text: 'Auto-recharge is off.', card_broken: true },
    'Off after three declines',
  ],
  [
    { enabled: true, state: 'limit_reached', state_text: 'It starts again on 1 Dec.' },
    'Limit of the month reached',
  ],
  [
    {
      state: 'needs_confirmation',
      state_text: 'Nothing is added until you do.',
      confirm_url: '/sandbox/confirm/pay_1',
    },
    'Your bank wants you to confirm',
  ],
  [{ enabled: true, state: 'off_no_plan', state_text: 'It needs a plan.' }, 'Off: no active plan'],
];

test.each(states.map(([change, mark]) => ({ change, mark })))('$mark: the state is said in a word and in the server’s sentence', async ({ change, mark }) => {
  const kept = recharge(change);
  const { found } = await card(kept);
  expect(found.getByText(mark)).toBeTruthy();
  expect(found.getByText(kept.state_text)).toBeTruthy();
  const bank = found.queryByRole('link', { name: 'Confirm payment' });
  expect(bank?.getAttribute('href') ?? null).toBe(kept.confirm_url);
  expect(found.queryByText('Next try') !== null).toBe(kept.next_attempt_at !== null);
});

test('it begins off, with nothing ticked and no limit proposed', async () => {
  const { found } = await card(recharge());
  expect(found.queryByRole('switch')).toBeNull();
  const form = await open(found);
  expect(form.getByRole('switch')).toHaveProperty('checked', false);
  expect(form.getByLabelText(/^At most in a month/)).toHaveProperty('value', '');
  expect(form.queryByRole('checkbox')).toBeNull();
  expect(form.queryByText(/a month\.$/)).toBeNull();
});

test('the monthly limit is required: it is named and gets the focus, and nothing is sent', async () => {
  const { asked, found } = await card(recharge());
  const form = await open(found);
  await userEvent.click(form.getByRole('switch'));
  await userEvent.click(form.getByRole('button', { name: 'Save' }));
  await form.findByText('Give the most credits it may buy in a month.');
  const limit = form.getByLabelText(/^At most in a month/);
  expect(document.activeElement).toBe(limit);
  await userEvent.type(limit, '9000');
  await userEvent.click(form.getByRole('button', { name: 'Save' }));
  await form.findByText(/^Give at least 10,000/);
  expect(saved(asked)).toEqual([]);
});

test('what a month can cost at most follows the values at once', async () => {
  const { asked, found } = await card(on, billing(), { [SAVE]: () => [200, on] });
  const form = await open(found);
  expect(form.getByText('At most $145.00 a month.')).toBeTruthy();
  const limit = form.getByLabelText(/^At most in a month/);
  await userEvent.clear(limit);
  await userEvent.type(limit, '29,999');
  expect(form.getByText('At most $58.00 a month.')).toBeTruthy();
  await userEvent.selectOptions(form.getByLabelText('Buy each time'), '5000');
  expect(form.getByText('At most $75.00 a month.')).toBeTruthy();
  expect(form.getByText(/^Recommended: a threshold below the amount/)).toBeTruthy();
  await userEvent.click(form.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(saved(asked)).toEqual([
      { enabled: true, threshold: '10000', amount: '5000', monthly_limit: '29999' },
    ]),
  );
});

test('where saving would buy at once, that purchase is agreed to first', async () => {
  let now = recharge();
  const { asked, found } = await card(now, billing(), {
    [READ]: () => [200, now],
    [SAVE]: ({ body }: Asked) => {
      if (!(body as SetAutoRechargeRequest).confirm_purchase) {
        return [409, refusal('purchase_not_confirmed', 'This will buy 10,000 credits now for $29.00.')];
      }
      now = on;
      return [200, now];
    },
  });
  const form = await open(found);
  await userEvent.click(form.getByRole('switch'));
  await userEvent.type(form.getByLabelText(/^At most in a month/), '50000');
  const save = () => userEvent.click(form.getByRole('button', { name: 'Save' }));
  await save();
  let dialog = await asks();
  expect(dialog.getByText('This will buy 10,000 credits now for $29.00.')).toBeTruthy();
  await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(saved(asked)).toHaveLength(1);
  await save();
  dialog = await asks();
  await userEvent.click(dialog.getByRole('button', { name: 'Save and buy' }));
  await found.findByText(on.state_text);
  expect(saved(asked).at(-1)).toMatchObject({ enabled: true, confirm_purchase: true });
});

test('after three declines the same card is used again only if that is said', async () => {
  const kept = recharge({
    state: 'off_after_declines',
    state_text: 'Auto-recharge is off.',
    card_broken: true,
    monthly_limit: '50000',
  });
  const detail = 'This card was declined. Save another card.';
  const { asked, found } = await card(kept, billing(), {
    [SAVE]: ({ body }: Asked) =>
      (body as SetAutoRechargeRequest).reconfirm_card
        ? [200, on]
        : [
            422,
            refusal('validation_failed', 'Wrong.', {
              errors: [{ pointer: '/reconfirm_card', code: 'required', detail }],
            }),
          ],
  });
  expect(found.getByRole('button', { name: 'Update card' })).toBeTruthy();
  const form = await open(found);
  const again = form.getByRole('checkbox', { name: /^Use Visa •••• 4242, exp 04\/27 again/ });
  expect(again).toHaveProperty('checked', false);
  await userEvent.click(form.getByRole('switch'));
  await userEvent.click(form.getByRole('button', { name: 'Save' }));
  await form.findByText(detail);
  expect(document.activeElement).toBe(again);
  await userEvent.click(again);
  await userEvent.click(form.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(saved(asked).at(-1)).toMatchObject({ reconfirm_card: true }));
});

test('without a plan it says so, leads to one, and has nothing to set', async () => {
  const page = billing({ state: 'none', plan: null, actions: ['choose_plan', 'buy_credits'] });
  const { found } = await card(recharge(), page);
  expect(found.getByText('Auto-recharge works while a plan is active.')).toBeTruthy();
  expect(found.getByRole('link', { name: 'Choose plan' })).toBeTruthy();
  expect(found.queryByRole('button')).toBeNull();
});

test('without a card it asks for one first; what is on can still be switched off', async () => {
  const page = billing({ card: null });
  const { found } = await card(recharge(), page);
  expect(found.getByText('Add a card first.')).toBeTruthy();
  expect(found.getByRole('button', { name: 'Update card' })).toBeTruthy();
  expect(found.queryByRole('button', { name: 'Change auto-recharge' })).toBeNull();
});

test('the values of the server are taken as they are', () => {
  expect(valuesOf(on)).toMatchObject({ enabled: true, monthly_limit: '50000', reconfirm_card: false });
  expect(mistakesOf(valuesOf(recharge()))).toEqual({});
  expect(mistakesOf({ ...valuesOf(on), monthly_limit: 'x' })).toHaveProperty('monthly_limit');
  expect(atMost(valuesOf(recharge()), recharge())).toBeNull();
  expect(atMost({ ...valuesOf(on), monthly_limit: '10000' }, on)).toEqual(usd(2900));
});

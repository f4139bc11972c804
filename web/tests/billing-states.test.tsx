import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import type { Billing } from '../src/api/gen';
import { renderAt, serve } from './app';
import { billing, billingAnswers, standing, usd, withoutAccess } from './billing-samples';
import { me, poolOf } from './samples';

const none = { plan: null, price: null, renews_at: null, if_cancelled: null } as const;

/** The table of the design, row by row. */
const rows: [page: Billing, mark: string, banner: string | null, main: string | null][] = [
  [
    standing('none', 'There is no plan.', 'choose_plan', none),
    'No plan',
    'There is no plan.',
    'Choose plan',
  ],
  [
    standing('trial', '820 trial credits left.', 'choose_plan', none),
    'Trial credits',
    '820 trial credits left.',
    'Choose plan',
  ],
  [
    standing('incomplete', 'Your bank wants you to confirm.', 'confirm_payment', {
      ...none,
      confirm_url: '/sandbox/confirm/pay_1',
    }),
    'Payment not confirmed',
    'Your bank wants you to confirm.',
    'Confirm payment',
  ],
  [billing(), 'Active', null, null],
  [
    standing('change_scheduled', 'Switches to Starter on 14 Dec.', 'undo_change', {
      pending: {
        plan: 'starter',
        name: 'Starter',
        cadence: 'monthly',
        at: '2026-12-14T09:00:00Z',
        price: usd(900),
      },
    }),
    'Active, change scheduled',
    'Switches to Starter on 14 Dec.',
    'Undo change',
  ],
  [
    standing('ending', 'Your plan ends on 14 Dec.', 'resume_plan', {
      renews_at: null,
      ends_at: '2026-12-14T09:00:00Z',
    }),
    'Ending',
    'Your plan ends on 14 Dec.',
    'Resume plan',
  ],
  [
    standing('past_due', 'Last payment failed on 18 Nov.', 'update_card', {
      grace_until: '2026-11-25T09:00:00Z',
    }),
    'Payment overdue',
    'Last payment failed on 18 Nov.',
    'Update card',
  ],
  [
    standing('unpaid', 'The plan has stopped: payment failed.', 'update_card'),
    'Stopped: not paid',
    'The plan has stopped: payment failed.',
    'Update card',
  ],
  [
    standing('ended', '3,400 credits are locked.', 'restart_plan', {
      ends_at: '2026-11-14T09:00:00Z',
      renews_at: null,
    }),
    'Ended, credits locked',
    '3,400 credits are locked.',
    'Restart plan',
  ],
];

// The skeleton has the same name; the facts come with the answer.
async function card() {
  await screen.findByText('Plan', { selector: 'dt' });
  return within(screen.getByRole('region', { name: 'Subscription' }));
}

describe.each(rows)('$0.state', (page, mark, banner, main) => {
  test('says how it stands and offers what the server lists, the banner’s action first', async () => {
    serve(billingAnswers(page));
    renderAt('/billing');
    const found = await card();
    expect(found.getByText(mark)).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId('banner') !== null).toBe(banner !== null));
    if (banner === null || main === null) return;
    const told = within(screen.getByTestId('banner'));
    expect(told.getByText(banner)).toBeTruthy();
    const role = ['Undo change', 'Resume plan', 'Update card'].includes(main) ? 'button' : 'link';
    expect(told.getByRole(role, { name: main })).toBeTruthy();
    expect(found.getByRole(role, { name: main })).toBeTruthy();
  });

  test('shows no price and no button to whoever may not act, but whom to ask', async () => {
    serve({
      ...billingAnswers(withoutAccess(page)),
      'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false, rights: ['start_work'] })],
    });
    renderAt('/billing');
    const found = await card();
    expect(found.getByText(page.plan_name, { exact: false })).toBeTruthy();
    expect(found.getByText(/Mia Novak or Ben Carter can change the plan/)).toBeTruthy();
    expect(found.getByRole('button', { name: 'Ask them' })).toBeTruthy();
    expect(document.body.textContent).not.toMatch(/\$|4242/);
    for (const name of ['Recent activity', 'Auto-recharge', 'Invoices']) {
      expect(screen.queryByRole('region', { name })).toBeNull();
    }
    const buttons = found.getAllByRole('button').map(({ textContent }) => textContent);
    expect(buttons).toEqual(['Ask them']);
  });
});

test('what is not in actions[] is not drawn, even where the state would allow it', async () => {
  serve(billingAnswers(billing({ actions: ['manage_portal'] })));
  renderAt('/billing');
  const found = await card();
  const names = [...found.queryAllByRole('button'), ...found.queryAllByRole('link')];
  expect(names.map(({ textContent }) => textContent)).toEqual(['Manage payment details']);
  expect(screen.queryByRole('link', { name: 'Buy credits' })).toBeNull();
});

test('an action that this version does not know is left out', async () => {
  serve(billingAnswers(billing({ actions: ['send_flowers', 'change_plan'] })));
  renderAt('/billing');
  const found = await card();
  const links = found.getAllByRole('link').map(({ textContent }) => textContent);
  expect(links).toEqual(['Change plan']);
});

test('the plan, its price, its next date and the card are the server’s', async () => {
  serve(billingAnswers(billing()));
  renderAt('/billing');
  const found = await card();
  expect(found.getByText('Team, monthly')).toBeTruthy();
  expect(found.getByText('$29.00 a month')).toBeTruthy();
  expect(found.getByText('14 Dec 2026')).toBeTruthy();
  expect(found.getByText('Visa •••• 4242, exp 04/27')).toBeTruthy();
});

test('Undo change asks the server and shows what it answers', async () => {
  let page = rows[4]![0];
  serve({
    ...billingAnswers(page),
    'GET /api/v1/billing': () => [200, page],
    'DELETE /api/v1/billing/changes/pending': () => {
      page = billing();
      return [200, page];
    },
  });
  renderAt('/billing');
  const found = await card();
  expect(found.getByText('Starter, $9.00 a month, from 14 Dec 2026')).toBeTruthy();
  await userEvent.click(found.getByRole('button', { name: 'Undo change' }));
  await found.findByText('Active');
  expect(found.queryByRole('button', { name: 'Undo change' })).toBeNull();
  expect(found.getByRole('link', { name: 'Cancel plan' })).toBeTruthy();
});

test('Update card opens the page that the server names', async () => {
  const asked = serve({
    ...billingAnswers(rows[6]![0]),
    'POST /api/v1/billing/portal': [200, { url: '/sandbox/card/cus_1' }],
  });
  const { router } = renderAt('/billing');
  await userEvent.click((await card()).getByRole('button', { name: 'Update card' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/sandbox/card/cus_1'));
  const sent = asked.find(({ path }) => path.endsWith('/portal'));
  expect(sent?.body).toEqual({ flow: 'card' });
});

test('locked and frozen credits stand apart from the four numbers', async () => {
  const locked = poolOf('0', {
    state: 'locked',
    locked: '3400',
    frozen: '50',
    locked_next_expiry: { at: '2027-03-12T00:00:00Z', credits: '400' },
  });
  serve({ ...billingAnswers(rows[8]![0]), 'GET /api/v1/credits': [200, locked] });
  renderAt('/billing');
  const facts = within(await screen.findByTestId('balance-facts'));
  expect(facts.getByText('Locked until a plan is restarted').nextSibling?.textContent).toBe(
    '3,400first to expire: 400 on 12 Mar 2027',
  );
  expect(facts.getByText('Frozen while a payment is disputed').nextSibling?.textContent).toBe('50');
  expect(screen.getByTestId('credit-badge').textContent).toBe('0 credits, locked');
});

test('“Ask them” tells them once and says from when on they may be asked again', async () => {
  const asked = serve({
    ...billingAnswers(withoutAccess(billing())),
    'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false, rights: ['start_work'] })],
    'POST /api/v1/billing/ask': [
      200,
      {
        asked: true,
        names: ['Mia Novak', 'Ben Carter'],
        mailed: true,
        asked_at: '2026-11-22T09:42:00Z',
        again_at: '2026-11-23T09:42:00Z',
      },
    ],
  });
  renderAt('/billing');
  const found = await card();
  await userEvent.click(found.getByRole('button', { name: 'Ask them' }));
  await found.findByText(
    'Mia Novak and Ben Carter got a message. You can ask again from 23 Nov, 10:42 on.',
  );
  expect(asked.filter(({ path }) => path.endsWith('/ask'))).toHaveLength(1);
});

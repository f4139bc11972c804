import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { instantOf, typedOf } from '../src/features/billing/clock-input';
import { renderAt, serve } from './app';
import { billing, billingAnswers, checkout, refusal, usd } from './billing-samples';
import { instance, me } from './samples';

const posted = (asked: ReturnType<typeof serve>, path: string) =>
  asked.filter((one) => one.method === 'POST' && one.path === path).map(({ body }) => body);

test('cancelling tells what stays, what is locked and what pauses, then does it once', async () => {
  const after = billing({
    state: 'ending',
    actions: ['resume_plan'],
    renews_at: null,
    ends_at: '2026-12-14T09:00:00Z',
    if_cancelled: null,
  });
  let page = billing();
  const asked = serve({
    ...billingAnswers(page),
    'GET /api/v1/billing': () => [200, page],
    'POST /api/v1/billing/cancel': () => {
      page = after;
      return [200, page];
    },
  });
  const { router } = renderAt('/billing/cancel');
  await screen.findByText('The plan and everything in it, until 14 Dec 2026.');
  expect(screen.getByText('400 credits, expire on 12 Mar 2027')).toBeTruthy();
  expect(screen.getByText('3,000 credits, do not expire')).toBeTruthy();
  expect(screen.getByText('2 schedules pause.')).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Keep plan' }).getAttribute('href')).toBe('/billing');
  await userEvent.type(screen.getByRole('textbox'), ' Too dear. ');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel plan' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/billing'));
  expect(await screen.findByText('Ending')).toBeTruthy();
  expect(posted(asked, '/api/v1/billing/cancel')).toEqual([{ reason: 'Too dear.' }]);
  expect(screen.getByTestId('live-region').textContent).toContain('The plan ends on 14 Dec 2026.');
});

test('nobody cancels what the server does not let them', async () => {
  const page = billing({ actions: ['resume_plan'], state: 'ending' });
  serve(billingAnswers(page));
  renderAt('/billing/cancel');
  expect(await screen.findByText('There is no plan here that could be cancelled now.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Cancel plan' })).toBeNull();
});

test('a cancellation that fails says so, and the reason is still there', async () => {
  serve({
    ...billingAnswers(billing()),
    'POST /api/v1/billing/cancel': [409, refusal('state_conflict', 'It has ended already.')],
  });
  renderAt('/billing/cancel');
  await userEvent.type(await screen.findByRole('textbox'), 'Because');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel plan' }));
  expect(await screen.findByText('It has ended already.')).toBeTruthy();
  expect(screen.getByRole('textbox')).toHaveProperty('value', 'Because');
});

test('activity is filtered by the server, the filter is in the address, receipts are linked', async () => {
  const line = {
    id: 'act_1',
    at: '2026-11-20T10:00:00Z',
    type: 'purchase',
    credits: '10000',
    amount: usd(2900),
    status: 'granted',
    text: '10,000 credits',
    receipt_url: 'https://pay.example/r/1',
  };
  const asked = serve({
    ...billingAnswers(billing()),
    'GET /api/v1/billing/activity': [200, { data: [line], next_cursor: null }],
  });
  const { router } = renderAt('/billing');
  const receipt = await screen.findByRole('link', { name: 'Receipt: 10,000 credits' });
  expect(receipt.getAttribute('href')).toBe('https://pay.example/r/1');
  await userEvent.selectOptions(screen.getByLabelText('Type of activity'), 'recharge');
  await waitFor(() =>
    expect(asked.some(({ search }) => new URLSearchParams(search).get('kind') === 'recharge')).toBe(true),
  );
  expect(router.state.location.search).toEqual({ type: 'recharge' });
});

test('invoices are listed with their amount, state and document', async () => {
  const invoice = {
    id: 'in_1',
    at: '2026-11-14T09:00:00Z',
    amount: usd(2900),
    status: 'paid',
    text: 'Team, monthly',
    url: 'https://pay.example/i/1',
  };
  serve({ ...billingAnswers(billing()), 'GET /api/v1/billing/invoices': [200, { data: [invoice] }] });
  renderAt('/billing');
  const link = await screen.findByRole('link', { name: 'Invoice: Team, monthly' });
  const row = within(link.closest('tr') as HTMLElement);
  expect(row.getByText('$29.00')).toBeTruthy();
  expect(row.getByText('Paid')).toBeTruthy();
});

const mia = { user_id: 'usr_1', name: 'Mia Novak', email: 'mia@example.com', role: 'owner' };
const ben = { user_id: 'usr_2', name: 'Ben Carter', email: 'ben@example.com', role: 'member' };

test('the owner adds and removes billing admins; the owner’s own access stays', async () => {
  let admins = [mia];
  const asked = serve({
    ...billingAnswers(billing()),
    'GET /api/v1/billing/admins': () => [200, { data: admins }],
    'GET /api/v1/members': [200, { data: [mia, ben] }],
    'PUT /api/v1/billing/admins/usr_2': () => {
      admins = [mia, ben];
      return [200, { data: admins }];
    },
    'DELETE /api/v1/billing/admins/usr_2': () => {
      admins = [mia];
      return [204, null];
    },
  });
  renderAt('/billing');
  const section = within(await screen.findByRole('region', { name: 'Billing admins' }));
  expect(await section.findByText('Owner')).toBeTruthy();
  expect(section.queryByRole('button', { name: /^Remove Mia/ })).toBeNull();
  await section.findByRole('option', { name: 'Ben Carter' });
  await userEvent.selectOptions(section.getByLabelText('Add a billing admin'), 'usr_2');
  await userEvent.click(section.getByRole('button', { name: 'Add' }));
  const remove = await section.findByRole('button', { name: /^Remove Ben Carter/ });
  expect(section.getByText('Everybody in the organization has billing access.')).toBeTruthy();
  await userEvent.click(remove);
  await waitFor(() => expect(section.queryByRole('button', { name: /^Remove/ })).toBeNull());
  const changes = asked.filter(({ method }) => method === 'PUT' || method === 'DELETE');
  expect(changes.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
});

test('a billing admin who is no owner sees the names and no button there', async () => {
  serve({
    ...billingAnswers(billing()),
    'GET /api/v1/auth/me': [200, me({ role: 'member', rights: ['start_work', 'billing'] })],
  });
  renderAt('/billing');
  const section = within(await screen.findByRole('region', { name: 'Billing admins' }));
  expect(section.getByText('Ben Carter')).toBeTruthy();
  expect(section.queryByRole('button')).toBeNull();
});

test('the payment page says what is bought; a card that asks its bank leads to the bank', async () => {
  serve({
    ...billingAnswers(billing()),
    'GET /api/v1/billing/checkouts/chk_1': [200, checkout({ kind: 'plan', text: 'Team, monthly', credits: null })],
    'POST /api/v1/sandbox/checkouts/chk_1/pay': [
      200,
      checkout({ state: 'confirmation_needed', url: '/sandbox/confirm/pay_1' }),
    ],
  });
  const { router } = renderAt('/sandbox/checkout/chk_1');
  await screen.findByText('Team, monthly');
  await userEvent.click(await screen.findByRole('radio', { name: /3184/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Pay $29.00' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/sandbox/confirm/pay_1'));
});

test('a payment of the sandbox has a receipt to be printed', async () => {
  const receipt = {
    id: 'sbxpay_1',
    text: 'Plan',
    amount: usd(9900),
    status: 'paid',
    checkout_id: null,
    refunded: 900,
    dispute: null,
    payer: 'Acme Ltd',
    created_at: '2026-11-22T09:42:00Z',
    paid_at: '2026-11-22T09:42:00Z',
    lines: [
      {
        text: 'Team, monthly',
        amount: usd(9900),
        from: '2026-11-22T09:42:00Z',
        until: '2026-12-22T09:42:00Z',
      },
    ],
  };
  serve({
    ...billingAnswers(billing()),
    'GET /api/v1/sandbox/payments/sbxpay_1': [200, receipt],
  });
  renderAt('/sandbox/receipt/sbxpay_1');
  await screen.findByText('Team, monthly');
  expect(screen.getByText('22 Nov 2026 to 22 Dec 2026')).toBeTruthy();
  expect(screen.getAllByText('$99.00')).toHaveLength(2);
  expect(screen.getByText('$9.00')).toBeTruthy();
  expect(screen.getByText('Number', { selector: 'dt' }).nextSibling?.textContent).toBe('sbxpay_1');
  expect(screen.getByRole('button', { name: 'Print' })).toBeTruthy();
});

test.each([
  ['Confirm', true],
  ['Refuse', false],
])('the bank’s page: %s, and back to the purchase', async (name, confirm) => {
  const payment = {
    id: 'pay_1',
    text: '10,000 credits',
    amount: usd(2900),
    status: 'needs_confirmation',
    checkout_id: 'chk_1',
  };
  const asked = serve({
    ...billingAnswers(billing()),
    'GET /api/v1/sandbox/payments/pay_1': [200, payment],
    'POST /api/v1/sandbox/payments/pay_1/confirm': [200, { ...payment, status: 'paid' }],
  });
  const { router } = renderAt('/sandbox/confirm/pay_1');
  await screen.findByText('$29.00');
  await userEvent.click(screen.getByRole('button', { name }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ checkout: 'chk_1' }));
  expect(posted(asked, '/api/v1/sandbox/payments/pay_1/confirm')).toEqual([{ confirm }]);
});

test('the card page saves the chosen card, or says that it cannot be saved', async () => {
  let first = true;
  const asked = serve({
    ...billingAnswers(billing()),
    'POST /api/v1/sandbox/card': () => {
      if (!first) return [200, billing()];
      first = false;
      return [402, { ...refusal('payment_declined', 'Declined.'), status: 402 }];
    },
  });
  const { router } = renderAt('/sandbox/card/cus_1');
  await userEvent.click(await screen.findByRole('button', { name: 'Save this card' }));
  await screen.findByText('This card cannot be saved. Choose another one.');
  await userEvent.click(screen.getByRole('radio', { name: /3184/ }));
  await userEvent.click(screen.getByRole('button', { name: 'Save this card' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/billing'));
  expect(posted(asked, '/api/v1/sandbox/card').at(-1)).toEqual({ card: '4000002760003184' });
});

test('the clock moves forward only, for everybody, after one question', async () => {
  const asked = serve({
    ...billingAnswers(billing()),
    'GET /operator/v1/settings': [200, { sign_up_open: { value: false, source: 'default' } }],
    'GET /api/v1/auth/logins': [200, { data: [] }],
    'POST /api/v1/sandbox/clock': [200, { now: '2026-12-14T09:30:00Z' }],
  });
  renderAt('/settings');
  const section = within(await screen.findByRole('region', { name: 'Sandbox clock' }));
  await section.findByText('It is 22 Nov 2026, 10:42 (Europe/Berlin).');
  expect(section.getByText(/moves the whole installation forward.*never goes back/)).toBeTruthy();
  const input = section.getByLabelText('Move to') as HTMLInputElement;
  await userEvent.type(input, '2026-11-01T10:00');
  await userEvent.click(section.getByRole('button', { name: 'Move the clock…' }));
  await section.findByText('Give a day and a time that are still to come.');
  expect(document.activeElement).toBe(input);
  await userEvent.clear(input);
  await userEvent.type(input, '2026-12-14T10:30');
  await userEvent.click(section.getByRole('button', { name: 'Move the clock…' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Move the clock?' }));
  expect(posted(asked, '/api/v1/sandbox/clock')).toEqual([]);
  await userEvent.click(dialog.getByRole('button', { name: 'Move to 14 Dec 2026, 10:30' }));
  await section.findByText('It is 14 Dec 2026, 10:30 (Europe/Berlin).');
  expect(posted(asked, '/api/v1/sandbox/clock')).toEqual([{ to: '2026-12-14T09:30:00.000Z' }]);
});

test('there is no clock for whoever does not operate, nor without the sandbox', async () => {
  const rights = me().rights.filter((right) => right !== 'operate');
  serve({ 'GET /api/v1/auth/me': [200, me({ rights })], 'GET /api/v1/auth/logins': [200, { data: [] }] });
  const { unmount } = renderAt('/settings');
  await screen.findByRole('region', { name: 'Your logins' });
  expect(screen.queryByRole('region', { name: 'Sandbox clock' })).toBeNull();
  unmount();
  serve({
    'GET /api/v1/instance': [200, { ...instance, sandbox_payments: false }],
    'GET /api/v1/auth/logins': [200, { data: [] }],
  });
  renderAt('/settings');
  await screen.findByRole('region', { name: 'Installation' });
  expect(screen.queryByRole('region', { name: 'Sandbox clock' })).toBeNull();
});

test('a typed day and time means an instant of the zone, over its clock changes too', () => {
  expect(instantOf('2026-12-14T10:30', 'Europe/Berlin')).toBe('2026-12-14T09:30:00.000Z');
  expect(instantOf('2026-07-14T10:30', 'Europe/Berlin')).toBe('2026-07-14T08:30:00.000Z');
  expect(instantOf('2026-12-14T10:30', 'Asia/Kathmandu')).toBe('2026-12-14T04:45:00.000Z');
  expect(instantOf('2026-12-14T10:30', 'America/New_York')).toBe('2026-12-14T15:30:00.000Z');
  expect(typedOf('2026-12-14T09:30:00Z', 'Europe/Berlin')).toBe('2026-12-14T10:30');
  for (const bad of ['', '2026-12-14', '2026-13-14T10:30', 'tomorrow']) {
    expect(instantOf(bad, 'UTC')).toBeNull();
  }
});

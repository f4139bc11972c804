import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Checkout } from '../src/api/gen';
import { beginning, CUSTOM, orderOf } from '../src/features/billing/buying';
import { readBillingSearch } from '../src/features/billing/search';
import { renderAt, serve } from './app';
import { billing, billingAnswers, checkout, packs, refusal, usd } from './billing-samples';
import { poolOf } from './samples';
import { FakeEventSource } from './setup';

const BUY = 'POST /api/v1/billing/checkouts';
const READ = 'GET /api/v1/billing/checkouts/chk_1';
const noCard = billing({ card: null });

const dialog = async () => within(await screen.findByRole('dialog', { name: 'Buy credits' }));
type Found = Awaited<ReturnType<typeof dialog>>;
const radio = (found: Found, name: RegExp) => found.findByRole('radio', { name });
const press = (found: Found, name: string) =>
  userEvent.click(found.getByRole('button', { name }));
const order = (custom: string) => orderOf({ pack: CUSTOM, custom }, packs);

test('custom amounts cost what their step says, and only what is sold can be bought', () => {
  expect(order('1000')).toMatchObject({ credits: '1000', price: usd(300) });
  expect(order('9000')?.price).toEqual(usd(2700));
  expect(order('10000')?.price).toEqual(usd(2900));
  expect(order('12,000')).toMatchObject({ credits: '12000', price: usd(3480), body: { credits: '12000' } });
  expect(order('500000')?.price).toEqual(usd(145_000));
  for (const bad of ['', '0', '999', '1500', '501000', '-1000', '1e3', '1000.5', 'many']) {
    expect(order(bad)).toBeNull();
  }
  expect(orderOf({ pack: 'pack_5000', custom: '' }, packs)).toEqual({
    credits: '5000',
    price: usd(1500),
    body: { pack_id: 'pack_5000' },
  });
});

test('the dialog begins with the values of a purchase that was left', () => {
  expect(beginning(packs, undefined)).toEqual({ pack: 'pack_5000', custom: '' });
  expect(beginning(packs, '10000')).toEqual({ pack: 'pack_10000', custom: '' });
  expect(beginning(packs, '12000')).toEqual({ pack: CUSTOM, custom: '12000' });
  expect(readBillingSearch({ buy: 1, credits: 12_000 }).credits).toBe('12000');
  expect(readBillingSearch({ credits: 'x', type: 'flowers' })).toMatchObject({
    credits: undefined,
    type: undefined,
  });
});

test('without a saved card the payment page opens; nothing about auto-recharge is asked', async () => {
  const asked = serve({ ...billingAnswers(noCard), [BUY]: [201, checkout()] });
  const { router } = renderAt('/billing?buy=1');
  const found = await dialog();
  await userEvent.click(await radio(found, /^10,000 credits/));
  expect(found.getByText('$2.90 per 1,000')).toBeTruthy();
  expect(found.getByText(/What you buy today expires on 22 Nov 2027/)).toBeTruthy();
  expect(found.queryByRole('checkbox')).toBeNull();
  expect(found.queryByRole('switch')).toBeNull();
  await press(found, 'Continue to pay $29.00');
  await waitFor(() => expect(router.state.location.pathname).toBe('/sandbox/checkout/chk_1'));
  const sent = asked.find(({ path, method }) => method === 'POST' && path.endsWith('/checkouts'));
  expect(sent?.body).toEqual({ pack_id: 'pack_10000', pay_with: 'checkout' });
  expect(sent?.key).toBeTruthy();
});

test('an amount that is not sold is named at its field, which gets the focus', async () => {
  const asked = serve(billingAnswers(noCard));
  renderAt('/billing?buy=1');
  const found = await dialog();
  await userEvent.click(await radio(found, /^Another amount/));
  const field = found.getByRole('spinbutton', { name: 'Credits' });
  await userEvent.type(field, '1500');
  await press(found, 'Continue to pay');
  await found.findByText('Give an amount from 1,000 to 500,000, in steps of 1,000.');
  expect(document.activeElement).toBe(field);
  expect(asked.some(({ method }) => method === 'POST')).toBe(false);
  await userEvent.clear(field);
  await userEvent.type(field, '12000');
  expect(found.getByRole('button', { name: 'Continue to pay $34.80' })).toBeTruthy();
});

test('the saved card pays after one look at the whole, whose button carries the amount', async () => {
  const asked = serve({
    ...billingAnswers(billing()),
    [BUY]: [201, checkout({ state: 'granted', url: null, position: 10 })],
    [READ]: [200, checkout({ state: 'granted', url: null, position: 10 })],
  });
  renderAt('/billing?buy=1&credits=10000');
  const found = await dialog();
  expect(await radio(found, /^Saved card: Visa •••• 4242/)).toHaveProperty('checked', true);
  await press(found, 'Continue to pay $29.00');
  expect(asked.some(({ method }) => method === 'POST')).toBe(false);
  const fact = (name: string) => found.getByText(name, { selector: 'dt' }).nextSibling?.textContent;
  expect([fact('Credits'), fact('Expire on'), fact('Card'), fact('Total')]).toEqual([
    '10,000 credits',
    '22 Nov 2027',
    'Visa •••• 4242, exp 04/27',
    '$29.00',
  ]);
  await press(found, 'Back');
  await press(found, 'Continue to pay $29.00');
  await press(found, 'Pay $29.00');
  expect((await screen.findByTestId('credits-added')).textContent).toContain('10,000 credits added');
  const sent = asked.filter(({ method }) => method === 'POST');
  const expected_price = { amount: 2900, currency: 'usd' };
  expect(sent.map(({ body }) => body)).toEqual([
    { pack_id: 'pack_10000', pay_with: 'saved_card', expected_price },
  ]);
});

test('another price than the one that was shown is shown first, and only then paid', async () => {
  let dearer = false;
  const asked = serve({
    ...billingAnswers(billing()),
    'GET /api/v1/billing/packs': () => {
      const data = packs.data.map((pack) => ({ ...pack, price: usd(dearer ? 1700 : 1500) }));
      return [200, { ...packs, data }];
    },
    [BUY]: () => {
      if (dearer) return [201, checkout({ state: 'granted', url: null, position: 10 })];
      dearer = true;
      return [409, { ...refusal('purchase_not_confirmed', 'This costs $17.00 now.'), status: 409 }];
    },
    [READ]: [200, checkout({ state: 'granted', url: null, position: 10 })],
  });
  renderAt('/billing?buy=1');
  const found = await dialog();
  await radio(found, /^5,000 credits/);
  await press(found, 'Continue to pay $15.00');
  await press(found, 'Pay $15.00');
  await found.findByText(/The price has changed\. Nothing was paid/);
  await userEvent.click(await found.findByRole('button', { name: 'Pay $17.00' }));
  await screen.findByTestId('credits-added');
  const sent = asked.filter(({ method }) => method === 'POST').map(({ body }) => body);
  const amounts = sent.map((body) => (body as { expected_price: { amount: number } }).expected_price.amount);
  expect(amounts).toEqual([1500, 1700]);
});

test('where credits are not sold the way to what comes first is a button', async () => {
  const ended = billing({ state: 'ended', card: null, actions: ['restart_plan'] });
  let over = false;
  const said = refusal('state_conflict', 'The plan has ended; restart a plan first.');
  const resolutions = [{ action: 'restart_plan', requires: 'billing_access' }];
  serve({
    ...billingAnswers(noCard),
    'GET /api/v1/billing': () => [200, over ? ended : noCard],
    [BUY]: () => {
      over = true;
      return [409, { ...said, resolutions }];
    },
  });
  renderAt('/billing?buy=1');
  const found = await dialog();
  await radio(found, /^5,000 credits/);
  await press(found, 'Continue to pay $15.00');
  await found.findByText(/restart a plan first/);
  expect(await found.findByRole('link', { name: 'Restart plan' })).toBeTruthy();
});

test('a saved card that is declined charges nothing, and paying again is a new attempt', async () => {
  const asked = serve({
    ...billingAnswers(billing()),
    [BUY]: [402, { ...refusal('payment_declined', 'Insufficient funds.'), status: 402 }],
  });
  renderAt('/billing?buy=1');
  const found = await dialog();
  await radio(found, /^5,000 credits/);
  await press(found, 'Continue to pay $15.00');
  await press(found, 'Pay $15.00');
  await found.findByText('The card was declined. Nothing was charged.');
  await press(found, 'Pay $15.00');
  await waitFor(() => expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(2));
  const [first, second] = asked.filter(({ method }) => method === 'POST');
  expect(first?.key).not.toBe(second?.key);
});

test('an expired card is not offered', async () => {
  const card = { ...billing().card!, expired: true };
  serve(billingAnswers(billing({ card })));
  renderAt('/billing?buy=1');
  await radio(await dialog(), /^5,000 credits/);
  expect(screen.queryByRole('radio', { name: /Saved card/ })).toBeNull();
});

const cameBack: [name: string, now: Partial<Checkout>, text: RegExp][] = [
  ['open', {}, /Confirming the payment…/],
  [
    'confirmation needed',
    { state: 'confirmation_needed', url: '/sandbox/confirm/pay_1' },
    /Your bank wants you to confirm this payment\. Nothing is added until you do\./,
  ],
  [
    'declined',
    { state: 'declined', reason: 'insufficient_funds' },
    /The card was declined \(insufficient funds\)\. Nothing was charged/,
  ],
  ['expired', { state: 'expired' }, /This purchase was not completed\. Nothing was charged/],
  [
    'of a plan that was there already',
    { state: 'expired', reason: 'plan_there', kind: 'plan' },
    /You had a plan already.*refunded in full/,
  ],
  ['a plan', { kind: 'plan', state: 'granted', credits: null, position: 10 }, /The plan has started/],
];

test.each(cameBack)('back from the payment page: %s', async (_, now, text) => {
  serve({ ...billingAnswers(billing()), [READ]: [200, checkout(now)] });
  renderAt('/billing?checkout=chk_1');
  // Good news is announced as well.
  expect((await screen.findAllByText(text)).length).toBeGreaterThan(0);
});

test('credits are told only once the shown balance has them', async () => {
  serve({
    ...billingAnswers(billing()),
    [READ]: [200, checkout({ state: 'granted', position: 11 })],
  });
  renderAt('/billing?checkout=chk_1');
  await screen.findByText('Confirming the payment…');
  expect(screen.queryByTestId('credits-added')).toBeNull();
  const richer = poolOf('10982', { position: 11 });
  await act(async () => FakeEventSource.at('/api/v1/events').send('balance', richer));
  expect(await screen.findByTestId('credits-added')).toBeTruthy();
});

test.each([
  ['a pack', '10000', /^10,000 credits/],
  ['an amount', '12000', /^Another amount/],
])('back without having paid, the dialog opens with its values: %s', async (_, credits, name) => {
  serve({ ...billingAnswers(noCard), [READ]: [200, checkout({ credits })] });
  const { router } = renderAt('/billing?checkout=chk_1&cancelled=1');
  const found = await dialog();
  expect(await radio(found, name)).toHaveProperty('checked', true);
  expect(router.state.location.search).toMatchObject({ buy: 1, credits });
});

test('back without having paid for a plan, the plans are there again', async () => {
  serve({ ...billingAnswers(billing()), [READ]: [200, checkout({ kind: 'plan', credits: null })] });
  const { router } = renderAt('/billing?checkout=chk_1&cancelled=1');
  await screen.findByText('Nothing was paid and nothing has changed. You can choose again.');
  expect(router.state.location.pathname).toBe('/plans');
});

test('a purchase that was paid after all is not offered anew', async () => {
  const paid = checkout({ state: 'granted', position: 10 });
  serve({ ...billingAnswers(billing()), [READ]: [200, paid] });
  renderAt('/billing?checkout=chk_1&cancelled=1');
  expect(await screen.findByTestId('credits-added')).toBeTruthy();
  expect(screen.queryByRole('dialog')).toBeNull();
});

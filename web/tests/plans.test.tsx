import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import type { ChangeResult } from '../src/api/gen';
import { linesOf } from '../src/features/plans/preview';
import { makeDates } from '../src/ui/dates';
import { type Asked, renderAt, serve } from './app';
import { billing, billingAnswers, preview, refusal, standing, usd, withoutAccess } from './billing-samples';
import { me } from './samples';

const PREVIEW = 'POST /api/v1/billing/changes/preview';
const CONFIRM = 'POST /api/v1/billing/changes';

const plan = async (name: string) => within(await screen.findByRole('region', { name }));
const dialog = async () => within(await screen.findByRole('dialog', { name: 'Team, annual' }));
const value = (found: ReturnType<typeof within>, name: string) =>
  found.getByText(name, { selector: 'dt' }).nextSibling?.textContent;
const confirmations = (asked: Asked[]) =>
  asked.filter(({ method, path }) => `${method} ${path}` === CONFIRM);

const result = (change: Partial<ChangeResult>): ChangeResult => ({
  state: 'done',
  confirm_url: null,
  checkout: null,
  billing: billing(),
  ...change,
});

/** Looks at the switch to annual, with the server answering so. */
async function look(answers: Parameters<typeof serve>[0]) {
  const asked = serve({ ...billingAnswers(billing()), [PREVIEW]: [200, preview()], ...answers });
  const view = renderAt('/plans?cadence=annual');
  await userEvent.click((await plan('Team')).getByRole('button', { name: 'Switch to annual' }));
  return { ...view, asked, found: await dialog() };
}

const pay = 'Pay $290.00 and switch';

test('the cards hold what differs, mark the present plan, and say what choosing would be', async () => {
  serve(billingAnswers(billing()));
  renderAt('/plans');
  const team = await plan('Team');
  expect(team.getByText('$29.00')).toBeTruthy();
  expect(team.getByText('10,000 credits each month')).toBeTruthy();
  expect(value(team, 'People')).toBe('10');
  expect(value(team, 'Runs at the same time')).toBe('5');
  expect(value(team, 'Background work')).toBe('200 credits a month');
  expect(team.queryByRole('button')).toBeNull();
  expect(team.getAllByText('Your plan').length).toBeGreaterThan(0);
  expect((await plan('Starter')).getByRole('button', { name: 'Change to Starter' })).toBeTruthy();
  expect((await plan('Scale')).getByRole('button', { name: 'Upgrade to Scale' })).toBeTruthy();
  await userEvent.click(screen.getByRole('radio', { name: 'Annual' }));
  expect(await team.findByText('$290.00')).toBeTruthy();
  expect(team.getByText('120,000 credits up front for the year (12 × 10,000)')).toBeTruthy();
  expect(team.getByRole('button', { name: 'Switch to annual' })).toBeTruthy();
  expect((await plan('Starter')).getByText('Not available at present')).toBeTruthy();
  expect(screen.getByText(/Without a plan: 3 people, 5 schedules, 1 run/)).toBeTruthy();
});

test('whoever may not act sees the plans, whom to ask, and no button to choose', async () => {
  serve({
    ...billingAnswers(withoutAccess(billing())),
    'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false, rights: ['start_work'] })],
  });
  renderAt('/plans?choose=team&cadence=annual');
  await screen.findByText('Mia Novak or Ben Carter can change the plan.');
  expect((await plan('Team')).queryByRole('button')).toBeNull();
  expect(screen.queryByRole('dialog')).toBeNull();
});

test.each([
  ['ending', 'resume_plan', 'Your plan is ending. Resume it first; then it can be changed.'],
  ['change_scheduled', 'undo_change', 'A change is waiting already. Undo it first; only one change can wait.'],
  ['past_due', 'update_card', 'A payment for your plan is open. Settle it first; then the plan can be changed.'],
] as const)('%s: nothing can be chosen, and what comes first is at hand', async (state, action, text) => {
  serve(billingAnswers(standing(state, 'Text.', action)));
  renderAt('/plans');
  const note = await screen.findByText(text);
  expect(within(note.parentElement as HTMLElement).getByRole('button')).toBeTruthy();
  expect((await plan('Scale')).queryByRole('button')).toBeNull();
});

test('the preview tells everything before the button that carries the amount', async () => {
  const { asked, found } = await look({});
  await found.findByRole('button', { name: pay });
  expect(value(found, 'Due today')).toBe('$290.00');
  expect(value(found, 'Team, a year')).toBe('$290.00');
  expect(value(found, 'From the next renewal')).toBe('$290.00 on 22 Nov 2027');
  expect(value(found, 'Credits now')).toBe('982 credits');
  expect(value(found, 'Credits after the change')).toBe('120,982 credits (120,000 credits more)');
  expect(value(found, 'Kept from the present period')).toBe('982 credits until 14 Dec 2026');
  expect(value(found, 'Takes effect')).toBe('now');
  expect(value(found, 'Saving in a year')).toBe('$58.00');
  expect(found.getByText('These numbers hold until 10:52.')).toBeTruthy();
  const body = asked.find(({ path }) => path.endsWith('/preview'))?.body;
  expect(body).toEqual({ plan_id: 'team', cadence: 'annual' });
  expect(confirmations(asked)).toEqual([]);
});

test('confirming sends the preview’s id under one key, also when it is sent again', async () => {
  let tries = 0;
  const { asked, found } = await look({
    [CONFIRM]: () => (tries++ === 0 ? [503, refusal('unavailable', 'Later.')] : [200, result({})]),
  });
  await userEvent.click(await found.findByRole('button', { name: pay }));
  await found.findByText('The change was not made.');
  await userEvent.click(found.getByRole('button', { name: pay }));
  await found.findByText('Team has started. Its credits are in the pool.');
  const sent = confirmations(asked);
  expect(sent.map(({ body }) => body)).toEqual([{ preview_id: 'prv_1' }, { preview_id: 'prv_1' }]);
  expect(sent[0]?.key).toBeTruthy();
  expect(sent[0]?.key).toBe(sent[1]?.key);
  expect(found.getByRole('link', { name: 'Back to Billing' })).toBeTruthy();
});

test('if anything changed, the new numbers stand there with the old ones and wait anew', async () => {
  const next = preview({
    id: 'prv_2',
    due_today: { total: usd(31_000), lines: [{ text: 'Team, a year', amount: usd(31_000) }] },
    preserved: null,
  });
  const { asked, found } = await look({
    [CONFIRM]: ({ body }) =>
      (body as { preview_id: string }).preview_id === 'prv_1'
        ? [409, refusal('preview_expired', 'Something changed.', { preview: next })]
        : [200, result({})],
  });
  await userEvent.click(await found.findByRole('button', { name: pay }));
  const note = await found.findByText(/Something changed meanwhile\. Nothing was paid/);
  await waitFor(() => expect(document.activeElement?.contains(note)).toBe(true));
  expect(value(found, 'Due today')).toBe('$310.00before: $290.00');
  expect(value(found, 'Kept from the present period')).toBe('nonebefore: 982 credits until 14 Dec 2026');
  expect(value(found, 'Credits now')).toBe('982 credits');
  expect(confirmations(asked)).toHaveLength(1);
  await userEvent.click(found.getByRole('button', { name: 'Pay $310.00 and switch' }));
  await found.findByText('Team has started. Its credits are in the pool.');
  const sent = confirmations(asked);
  expect(sent[1]?.body).toEqual({ preview_id: 'prv_2' });
  expect(sent[1]?.key).not.toBe(sent[0]?.key);
});

test('a change that is not possible any more can only be closed', async () => {
  const { found } = await look({
    [CONFIRM]: [409, refusal('preview_expired', 'Gone.', { preview: null })],
  });
  await userEvent.click(await found.findByRole('button', { name: pay }));
  await found.findByText(/This change is no longer possible/);
  expect(found.queryByRole('button', { name: /Pay/ })).toBeNull();
});

test('a card that is declined changes nothing and says so', async () => {
  const { found } = await look({
    [CONFIRM]: [402, { ...refusal('payment_declined', 'Insufficient funds.'), status: 402 }],
  });
  await userEvent.click(await found.findByRole('button', { name: pay }));
  const alert = within(await found.findByRole('alert'));
  expect(alert.getByText('The card was declined. Nothing has changed.')).toBeTruthy();
  expect(found.getByRole('button', { name: pay })).toBeTruthy();
});

test('what the server does not let be previewed is told in its words', async () => {
  const { found } = await look({ [PREVIEW]: [409, refusal('change_pending', 'Undo the other first.')] });
  expect(await found.findByText('Undo the other first.')).toBeTruthy();
});

const outcomes: [name: string, answer: Partial<ChangeResult>, text: string, link: string][] = [
  [
    'scheduled',
    { state: 'scheduled' },
    'You switch to Team on 22 Nov 2026. You can undo it until then.',
    'Back to Billing',
  ],
  [
    'the bank asks',
    { state: 'confirmation_needed', confirm_url: '/sandbox/confirm/pay_1' },
    'Your bank wants you to confirm this payment. Nothing changes until you do.',
    'Confirm payment',
  ],
];

test.each(outcomes)('%s: told, with the way on', async (_, answer, text, link) => {
  const { found } = await look({ [CONFIRM]: [200, result(answer)] });
  await userEvent.click(await found.findByRole('button', { name: pay }));
  await found.findByText(text);
  expect(found.getByRole('link', { name: link })).toBeTruthy();
});

test('without a saved card the way leads to the payment page', async () => {
  const { found, router } = await look({
    [PREVIEW]: [200, preview({ pays_with: 'checkout' })],
    [CONFIRM]: [
      200,
      result({ state: 'checkout', checkout: { id: 'chk_1', url: '/sandbox/checkout/chk_1' } }),
    ],
  });
  await userEvent.click(await found.findByRole('button', { name: 'Continue to pay $290.00' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/sandbox/checkout/chk_1'));
});

test('after ten minutes the old numbers cannot be confirmed; the new ones show what differs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
  try {
    let now = preview();
    serve({ ...billingAnswers(billing()), [PREVIEW]: () => [200, now] });
    renderAt('/plans?cadence=annual&choose=team');
    const found = await dialog();
    await found.findByRole('button', { name: pay });
    await act(() => vi.advanceTimersByTime(10 * 60_000));
    expect(found.queryByRole('button', { name: pay })).toBeNull();
    const credits = { ...now.credits, now: '900', after: '120900' };
    now = preview({ id: 'prv_2', credits });
    act(() => found.getByRole('button', { name: 'Show today’s numbers' }).click());
    await found.findByText('before: 982 credits');
    expect(found.getByRole('button', { name: pay })).toBeTruthy();
  } finally {
    vi.useRealTimers();
  }
});

test('lines: equal ones carry nothing, every other one carries what stood there', () => {
  const dates = makeDates('UTC');
  expect(linesOf(preview(), preview(), dates).every(({ before }) => before === null)).toBe(true);
  const other = preview({ saving: null, when: 'at_period_end' });
  const changed = linesOf(other, preview(), dates).filter(({ before }) => before !== null);
  expect(changed.map(({ name, text, before }) => [name, text, before])).toEqual([
    ['Takes effect', 'at renewal, on 22 Nov 2026', 'now'],
    ['Saving in a year', 'none', '$58.00'],
  ]);
});

test('a restart tells which locked credits are unlocked and which have expired', () => {
  const credits = {
    ...preview().credits,
    unlocked: [
      { credits: '4999.5', expires_at: '2027-11-22T09:42:00Z' },
      { credits: '2500', expires_at: '2027-11-22T17:03:00Z' },
      { credits: '300', expires_at: null },
    ],
    expired: [{ credits: '5000', expires_at: '2026-10-01T09:42:00Z' }],
  };
  const lines = linesOf(preview({ scenario: 'restart', credits }), null, makeDates('UTC'));
  const told = lines.map(({ name, text }) => `${name}: ${text}`);
  expect(told).toContain('Unlocked, usable until 22 Nov 2027: 4,999 credits + 2,500 credits');
  expect(told).toContain('Unlocked: 300 credits');
  expect(told).toContain('Expired while locked, on 1 Oct 2026: 5,000 credits');
});

test('Restart plan leads to the preview of the plan that one had', async () => {
  const page = standing('ended', '3,400 credits are locked.', 'restart_plan');
  serve({ ...billingAnswers(page), [PREVIEW]: [200, preview({ scenario: 'restart', cadence: 'monthly' })] });
  renderAt('/billing');
  const links = await screen.findAllByRole('link', { name: 'Restart plan' });
  await userEvent.click(links[0] as HTMLElement);
  const found = within(await screen.findByRole('dialog', { name: 'Team, monthly' }));
  expect(await found.findByRole('button', { name: 'Pay $290.00 and restart' })).toBeTruthy();
});

import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import type { Notification } from '../src/api/gen';
import { addedOf, freshOf, planOf, type Toast, withToast } from '../src/features/notifications/news';
import { renderAt, serve } from './app';
import { billing, billingAnswers } from './billing-samples';
import { poolOf } from './samples';
import { FakeEventSource } from './setup';

const notice = (id: string, kind: string, text: string): Notification => ({
  id,
  kind,
  text,
  url: '/billing',
  action: 'Open Billing',
  created_at: '2026-11-22T09:42:00Z',
  read: false,
});

/** The app with notices that come later, and a way to let some come. */
async function opened(address: string, change: Record<string, [number, unknown]> = {}) {
  let all: Notification[] = [notice('ntc_0', 'payment', 'An old decline.')];
  const answers = { ...billingAnswers(billing()), ...change };
  serve({
    ...answers,
    'GET /api/v1/notifications': () => [200, { data: all, next_cursor: null, unread: all.length }],
  });
  const { router } = renderAt(address);
  await screen.findByTestId('unread');
  const stream = FakeEventSource.at('/api/v1/events');
  const come = (...fresh: Notification[]) => {
    all = [...fresh, ...all];
    act(() => stream.send('notice', {}));
  };
  return { come, stream, router };
}

const toasts = () => screen.getByTestId('toasts');
const texts = () => [...toasts().children].map((one) => one.querySelector('p')?.textContent);

test('a decline that comes is told once, in a polite region, and stays until it is closed', async () => {
  const { come, router } = await opened('/schedules');
  expect(texts()).toEqual([]);
  expect(toasts().getAttribute('aria-live')).toBe('polite');
  const text = 'Your card was declined. We try again in an hour.';
  come(notice('ntc_2', 'run', 'A run has ended.'), notice('ntc_1', 'payment', text));
  await waitFor(() => expect(texts()).toEqual([text]));
  come();
  come(notice('ntc_3', 'plan', 'Ben cancelled Team, monthly.'));
  await waitFor(() => expect(texts()).toEqual([text, 'Ben cancelled Team, monthly.']));
  await userEvent.click(screen.getByRole('button', { name: `Close: ${text}` }));
  expect(texts()).toEqual(['Ben cancelled Team, monthly.']);
  expect(document.activeElement?.id).toBe('page-title');
  await userEvent.click(within(toasts()).getByRole('link', { name: 'Open Billing' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/billing'));
  expect(texts()).toEqual([]);
});

const rect = (top: number) => () => new DOMRect(0, top, 400, 60);

test('what gets the focus below a toast of a scrolled page comes out from there', async () => {
  const { come } = await opened('/schedules');
  const link = screen.getByRole('link', { name: 'Billing' });
  const moved = vi.fn<(how?: boolean | ScrollIntoViewOptions) => void>();
  link.scrollIntoView = moved;
  link.getBoundingClientRect = rect(70);
  toasts().getBoundingClientRect = rect(60);
  link.focus();
  expect(moved).not.toHaveBeenCalled();
  link.blur();
  come(notice('ntc_1', 'payment', 'Your card was declined.'));
  await waitFor(() => expect(texts()).toHaveLength(1));
  link.focus();
  expect(moved).toHaveBeenCalledWith({ block: 'center' });
  toasts().getBoundingClientRect = rect(500);
  link.blur();
  link.focus();
  expect(moved).toHaveBeenCalledTimes(1);
});

test('credits that somebody bought are told, and auto-recharge says it in its own words', async () => {
  const { come, stream } = await opened('/schedules');
  act(() => stream.send('balance', poolOf('900', { position: 50 })));
  expect(texts()).toEqual([]);
  act(() => stream.send('balance', poolOf('5900', { position: 51 })));
  const added = 'Credits were added. 5,900 credits are available now.';
  await waitFor(() => expect(texts()).toEqual([added]));
  // The same number at a later position is no news, and neither is less.
  act(() => stream.send('balance', poolOf('5900', { position: 52 })));
  act(() => stream.send('balance', poolOf('5800', { position: 53 })));
  expect(texts()).toEqual([added]);
  come(notice('ntc_1', 'recharged', 'Auto-recharge added 5,000 credits.'));
  await waitFor(() => expect(texts()).toEqual(['Auto-recharge added 5,000 credits.']));
});

test('what this person has just done where they look is not told again', async () => {
  const ending = billing({ state: 'ending', actions: ['resume_plan'], if_cancelled: null });
  const { come, router } = await opened('/billing/cancel', {
    'POST /api/v1/billing/cancel': [200, ending],
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel plan' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/billing'));
  come(notice('ntc_1', 'plan', 'Mia cancelled Team, monthly.'));
  await waitFor(() => expect(screen.getByTestId('unread').textContent).toBe('2 unread'));
  expect(texts()).toEqual([]);
  // Elsewhere it would be news, and what comes later is.
  await act(() => router.navigate({ to: '/schedules' }));
  come(notice('ntc_2', 'payment', 'Your card was declined.'));
  await waitFor(() => expect(texts()).toEqual(['Your card was declined.']));
});

test('another plan is told by its name, its renewal and its end are not', () => {
  const monthly = billing();
  const plan = { ...billing().plan!, id: 'scale', cadence: 'annual' as const };
  const annual = billing({ plan_name: 'Scale', plan });
  const none = billing({ plan: null, plan_name: 'No plan' });
  expect(planOf(undefined, monthly, 1)).toBeNull();
  expect(planOf(monthly, billing({ renews_at: '2027-01-22T09:42:00Z' }), 1)).toBeNull();
  expect(planOf(monthly, none, 1)).toBeNull();
  expect(planOf(monthly, annual, 1)?.text).toBe('Your plan is Scale, annual now.');
  expect(planOf(none, annual, 1)?.kind).toBe('changed');
});

test('what is locked or unlocked was owned before: nothing was added', () => {
  const open = poolOf('3400', { position: 1 });
  const locked = poolOf('0', { position: 2, locked: '3400' });
  expect(addedOf(open, locked, 1)).toBeNull();
  expect(addedOf(locked, { ...open, position: 3 }, 1)).toBeNull();
  expect(addedOf(locked, { ...locked, locked: '3400.000001', position: 3 }, 1)).not.toBeNull();
  expect(addedOf(null, open, 1)).toBeNull();
  expect(addedOf(locked, open, 1), 'older than what is shown').toBeNull();
});

const toast = (id: string, kind: string, at: number): Toast => ({
  id,
  kind,
  text: id,
  url: '/billing',
  action: 'Open Billing',
  at,
});
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

test('toasts are few, each event is one, and one purchase is one', () => {
  const from = (...list: Toast[]) => ids(list.reduce<Toast[]>(withToast, []));
  expect(from(toast('a', 'payment', 1), toast('a', 'payment', 2))).toEqual(['a']);
  expect(from(toast('a', 'added', 1), toast('r', 'recharged', 900))).toEqual(['r']);
  expect(from(toast('r', 'recharged', 1), toast('a', 'added', 900))).toEqual(['r']);
  expect(from(toast('a', 'added', 1), toast('r', 'recharged', 90_000))).toEqual(['a', 'r']);
  expect(from(toast('a', 'added', 1), toast('b', 'added', 900))).toEqual(['b']);
  const many = ['1', '2', '3', '4'].map((id) => toast(id, 'payment', Number(id)));
  expect(from(...many)).toEqual(['2', '3', '4']);
  const old = notice('ntc_1', 'payment', 'Old.');
  const read = { ...notice('ntc_3', 'payment', 'Read.'), read: true };
  const list = [notice('ntc_4', 'plan', 'B.'), read, notice('ntc_2', 'plan', 'A.'), old];
  expect(ids(freshOf(list, new Set(['ntc_1'])))).toEqual(['ntc_2', 'ntc_4']);
});

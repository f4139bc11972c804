import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Notification, NotificationPreference } from '../src/api/gen';
import { renderAt, serve } from './app';
import { FakeEventSource } from './setup';

const notice: Notification = {
  id: 'ntc_1',
  kind: 'schedule',
  text: 'The schedule “Digest” is paused.',
  url: '/schedules',
  action: 'See schedules',
  created_at: '2026-11-22T09:42:00Z',
  read: false,
};
const page = { data: [notice], next_cursor: null, unread: 1 };

test('the bell says how many are unread, and follows the stream', async () => {
  let unread = 1;
  serve({ 'GET /api/v1/notifications': () => [200, { ...page, unread }] });
  renderAt('/schedules');
  expect((await screen.findByTestId('unread')).textContent).toBe('1 unread');
  unread = 3;
  act(() => FakeEventSource.at('/api/v1/events').send('notice', {}));
  await waitFor(() => expect(screen.getByTestId('unread').textContent).toBe('3 unread'));
  expect(screen.getByTestId('live-region').textContent).toBe('2 new notifications');
});

test('one is followed and thereby read; all can be marked read', async () => {
  const asked = serve({
    'GET /api/v1/notifications': [200, page],
    'PATCH /api/v1/notifications': [200, { unread: 0 }],
  });
  const { router } = renderAt('/notifications');
  const bodies = () => asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  await userEvent.click(await screen.findByRole('button', { name: 'Mark all read' }));
  await waitFor(() => expect(bodies()).toEqual([{}]));
  const list = within(screen.getByRole('list', { name: 'Notifications' }));
  expect(list.getByText(notice.text)).toBeTruthy();
  await userEvent.click(list.getByRole('link', { name: 'See schedules' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/schedules'));
  expect(bodies()[1]).toEqual({ ids: ['ntc_1'] });
});

const of = (change: Partial<NotificationPreference>): NotificationPreference => ({
  kind: 'run',
  title: 'Large runs',
  in_app: true,
  email: false,
  in_app_fixed: false,
  email_fixed: false,
  ...change,
});

test('what nobody may miss is fixed, the rest is switched', async () => {
  const fixed = { kind: 'payment', title: 'Payments', in_app_fixed: true, email_fixed: true };
  const asked = serve({
    'GET /api/v1/notification-preferences': [200, { data: [of(fixed), of({})], mail: false }],
    'PUT /api/v1/notification-preferences': [
      200,
      { data: [of(fixed), of({ email: true })], mail: false },
    ],
  });
  renderAt('/settings');
  const mail = (await screen.findByLabelText('Large runs: by email')) as HTMLInputElement;
  expect(screen.queryByLabelText('Payments: by email')).toBeNull();
  expect(screen.getByText(/This installation sends no mail/)).toBeTruthy();
  await userEvent.click(mail);
  await waitFor(() =>
    expect(asked.find(({ method }) => method === 'PUT')?.body).toEqual({
      data: [{ kind: 'run', in_app: true, email: true }],
    }),
  );
});

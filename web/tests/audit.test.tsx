import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { AuditEntry } from '../src/api/gen';
import { changeText } from '../src/features/audit/change';
import { renderAt, serve } from './app';
import { me } from './samples';

const entry = (position: number, change: Partial<AuditEntry>): AuditEntry => ({
  position,
  at: '2026-11-22T09:42:00Z',
  actor: { id: 'usr_1', name: 'Mia Berg' },
  act: 'role_changed',
  text: 'Role changed',
  target: 'usr_2',
  target_name: 'Ben',
  before: { role: 'member' },
  after: { role: 'viewer' },
  hash: '00',
  ...change,
});

test('the owner reads who did what, loads more, and takes it as a file', async () => {
  const older = entry(1, { text: 'Invitation made', actor: { id: 'usr_9', name: null } });
  const asked = serve({
    'GET /api/v1/auth/me': [200, { ...me(), rights: [...me().rights, 'own'] }],
    'GET /api/v1/audit-log': ({ search }) => [
      200,
      search.includes('cursor')
        ? { data: [older], next_cursor: null }
        : { data: [entry(2, {})], next_cursor: '2' },
    ],
  });
  renderAt('/settings/audit-log');
  const table = within(await screen.findByRole('table', { name: 'Audit log' }));
  expect(table.getByText('Role changed')).toBeTruthy();
  expect(table.getByText('Ben')).toBeTruthy();
  expect(table.getByText('role: member → viewer')).toBeTruthy();
  const file = screen.getByRole('link', { name: 'Download CSV' });
  expect(file.getAttribute('href')).toBe('/api/v1/audit-log.csv');
  await userEvent.click(screen.getByRole('button', { name: /more/i }));
  await waitFor(() => expect(table.getByText('Invitation made')).toBeTruthy());
  expect(table.getByText('Somebody who is gone')).toBeTruthy();
  const searches = asked.filter(({ path }) => path === '/api/v1/audit-log').map((one) => one.search);
  expect(searches.at(-1)).toContain('cursor=2');
});

test('nobody else is shown it, and nothing is asked', async () => {
  const rights = me().rights.filter((right) => right !== 'own');
  const asked = serve({ 'GET /api/v1/auth/me': [200, { ...me(), rights }] });
  renderAt('/settings/audit-log');
  expect(await screen.findByText('Only the owner sees the audit log.')).toBeTruthy();
  expect(asked.some(({ path }) => path === '/api/v1/audit-log')).toBe(false);
});

test('a change says what became of what, and nothing of what stayed', () => {
  const started = { cadence: 'monthly', currency: 'usd', due_cents: 9900, outcome: 'checkout', plan: 'team' };
  expect(changeText(null, started)).toBe(
    'plan: team, cadence: monthly, to pay: $99.00, how: on the payment page',
  );
  const recharge = { enabled: true, threshold: '10000', amount: '5000', monthly_limit: '25000' };
  expect(changeText(null, recharge)).toBe(
    'on: yes, buys below: 10,000, buys: 5,000, at most a month: 25,000',
  );
  expect(changeText(null, { reason: 'too_dear', ends: 'at_period_end' })).toBe(
    'ends: with the period, reason: too_dear',
  );
  expect(changeText({ on: true, cap: null }, { on: true, cap: '5' })).toBe('cap: 5');
  expect(changeText({ billing_admin: true }, { billing_admin: false })).toBe('billing admin: yes → no');
  expect(changeText({ role: 'admin' }, null)).toBe('role: admin → –');
  expect(changeText(null, null)).toBe('');
});

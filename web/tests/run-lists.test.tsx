/** The list of runs: its filters and order in the address, and the same list as a file. */
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { exportAddress, readRunsSearch } from '../src/features/runs/filter';
import { type Asked, renderAt, serve } from './app';
import { me, run } from './samples';

const ben = {
  user_id: 'usr_2',
  name: 'Ben Carter',
  email: 'ben@example.com',
  role: 'member',
  billing_access: false,
  rights: ['start_work'],
};

function serveRuns(more: Parameters<typeof serve>[0] = {}): Asked[] {
  return serve({
    'GET /api/v1/runs': [200, { data: [run()], next_cursor: null }],
    'GET /api/v1/members': [200, { data: [ben] }],
    ...more,
  });
}

function lastQuery(asked: Asked[]) {
  const { search = '' } = asked.findLast((one) => one.search.includes('limit=30')) ?? {};
  return Object.fromEntries(new URLSearchParams(search));
}

test('person, days, credits and order go into the address and to the server', async () => {
  const asked = serveRuns();
  const { router } = renderAt('/runs');
  await screen.findByRole('table', { name: 'Runs' });
  await screen.findByRole('option', { name: 'Ben Carter' });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Person' }), 'Ben Carter');
  await userEvent.type(screen.getByLabelText('From day'), '2026-11-01');
  await userEvent.type(screen.getByLabelText('To day'), '2026-11-22');
  await userEvent.type(screen.getByLabelText('Credits at least'), '2.5{Enter}');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Order' }), 'Most credits first');
  const search = {
    member: 'usr_2',
    from: '2026-11-01',
    to: '2026-11-22',
    min: 2.5,
    sort: 'credits',
  };
  await waitFor(() => expect(router.state.location.search).toEqual(search));
  await waitFor(() =>
    expect(lastQuery(asked)).toEqual({
      limit: '30',
      member_id: 'usr_2',
      from: '2026-11-01',
      to: '2026-11-22',
      min_credits: '2.5',
      sort: 'credits',
    }),
  );
  const file = screen.getByRole('link', { name: 'Export CSV' });
  expect(file.getAttribute('href')).toBe(exportAddress(search as Parameters<typeof exportAddress>[0]));
  await userEvent.clear(screen.getByLabelText('From day'));
  await waitFor(() => expect(lastQuery(asked)['from']).toBeUndefined());
});

test('an address is read as far as it makes sense', async () => {
  const odd = { from: '2026-02-30', to: 'soon', min: -1, sort: 'oldest', member: 7 };
  expect(readRunsSearch(odd)).toEqual({});
  expect(readRunsSearch({ min: '0.5', from: '2026-11-22' })).toEqual({ min: 0.5, from: '2026-11-22' });
  const asked = serveRuns();
  renderAt('/runs?member=usr_9&min=0.000001');
  await screen.findByRole('table', { name: 'Runs' });
  expect(lastQuery(asked)).toEqual({ limit: '30', member_id: 'usr_9', min_credits: '0.000001' });
  expect(screen.getByRole<HTMLOptionElement>('option', { name: 'This person' }).selected).toBe(true);
});

test('the file is of the same list, and only for those with billing access', async () => {
  expect(exportAddress({})).toBe('/api/v1/runs.csv');
  expect(exportAddress({ kind: 'tool', schedule: 'sch_1', min: 10, sort: 'credits' })).toBe(
    '/api/v1/runs.csv?kind=tool&sort=credits&schedule_id=sch_1&min_credits=10',
  );
  serveRuns({ 'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false })] });
  renderAt('/runs');
  await screen.findByRole('table', { name: 'Runs' });
  expect(screen.queryByRole('link', { name: 'Export CSV' })).toBeNull();
});

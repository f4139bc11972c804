import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Invitation } from '../src/api/gen';
import { open, placesFor, work } from '../src/features/shell/places';
import { renderAt, serve } from './app';
import { member } from './member-samples';
import { instance, me, tool } from './samples';

afterEach(() => vi.restoreAllMocks());

const nothing = { change_role: false, remove: false, mark_billing: false, transfer: false };

const all = { change_role: true, remove: true, mark_billing: true, transfer: true };
const ben = member({
  user_id: 'usr_2',
  name: 'Ben Carter',
  email: 'ben@example.com',
  role: 'member',
  billing_access: false,
  rights: ['start_work'],
  last_active_at: null,
  schedules: 2,
  can: all,
});

function invitation(change: Partial<Invitation> = {}): Invitation {
  return {
    id: 'inv_1',
    role: 'viewer',
    state: 'pending',
    created_at: '2026-11-22T09:00:00Z',
    expires_at: '2026-11-29T09:00:00Z',
    invited_by: 'Mia Novak',
    email: 'cleo@example.com',
    delivery: 'failed',
    resend_at: '2026-01-01T00:00:00Z',
    ...change,
  };
}

const people = {
  'GET /api/v1/members': [200, { data: [member(), ben] }] as [number, unknown],
  'GET /api/v1/invitations': [200, { data: [], mail: true }] as [number, unknown],
};

const viewer = { 'GET /api/v1/auth/me': [200, me({ role: 'viewer', rights: [] })] as [number, unknown] };

const paths = (rights: string[]) => placesFor(rights).map(({ to }) => to);

test('rights decide which places there are', () => {
  expect(paths([])).not.toContain('/models');
  expect(paths([])).not.toContain('/browser');
  expect(paths(['start_work'])).toContain('/browser');
  expect(paths(['operate'])).toContain('/models');
  expect(open(work, [])).toEqual(work);
});

const bars: [string, string, Record<string, [number, unknown]>][] = [
  ['/', 'send', {}],
  ['/tools/summarize-document', 'run it', { 'GET /api/v1/tools/summarize-document': [200, tool()] }],
  ['/schedules', 'make schedules', {}],
  ['/schedules/new', 'make schedules', {}],
  ['/workflows', 'make workflows', { 'GET /api/v1/workflows': [200, { data: [] }] }],
  ['/workflows/new', 'make workflows', {}],
];

test.each(bars)('a viewer at %s is told whom to ask instead', async (address, what, answers) => {
  serve({ ...people, ...viewer, ...answers });
  renderAt(address);
  const sentence = `You can read. Ask Mia Novak for Member access to ${what}.`;
  expect(await screen.findByText(sentence)).toBeTruthy();
  for (const name of ['Send', 'Run', 'New workflow', 'New schedule']) {
    expect(screen.queryByRole('button', { name })).toBeNull();
    expect(screen.queryByRole('link', { name })).toBeNull();
  }
});

test('a viewer is welcomed to read, not asked what to work on', async () => {
  serve({ ...people, ...viewer });
  renderAt('/');
  expect(await screen.findByText('Welcome, Mia.')).toBeTruthy();
  expect(screen.getByText(/^What your team makes with Joule is here to read\./)).toBeTruthy();
  expect(await screen.findByText(/^Nothing here yet\. Sessions that are shared/)).toBeTruthy();
  expect(screen.queryByText(/What shall we work on|You see an estimate/)).toBeNull();
});

test('a member sees the team, and who can change it', async () => {
  const seen = [member({ can: nothing }), { ...ben, can: { ...nothing, remove: true } }];
  serve({
    'GET /api/v1/members': [200, { data: seen }],
    'GET /api/v1/auth/me': [
      200,
      me({ role: 'member', rights: ['start_work'], user: { ...me().user, id: 'usr_2' } }),
    ],
  });
  renderAt('/team');
  expect(await screen.findByText('Mia Novak can invite and remove people.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Leave this organization' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Invite|Transfer|Remove/ })).toBeNull();
  expect(screen.queryByRole('combobox')).toBeNull();
});

test('an owner gives a role and the billing mark', async () => {
  const asked = serve({
    ...people,
    'PATCH /api/v1/members/usr_2': ({ body }) => [200, { ...ben, ...(body as object) }],
  });
  renderAt('/team');
  await userEvent.selectOptions(await screen.findByLabelText('Role of Ben Carter'), 'admin');
  const bodies = () => asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body);
  await waitFor(() => expect(bodies()).toEqual([{ role: 'admin' }]));
  const mark = screen.getByLabelText('Ben Carter is billing admin') as HTMLInputElement;
  await waitFor(() => expect(mark.disabled).toBe(false));
  await userEvent.click(mark);
  await waitFor(() => expect(bodies()[1]).toEqual({ billing_admin: true }));
});

test('who is removed may leave schedules to the one who removes', async () => {
  const asked = serve({ ...people, 'DELETE /api/v1/members/usr_2': [204, null] });
  renderAt('/team');
  await userEvent.click(await screen.findByRole('button', { name: 'Remove Ben Carter' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByText('What becomes of their 2 schedules?')).toBeTruthy();
  await userEvent.click(dialog.getByRole('radio', { name: /Reassign to me/ }));
  await userEvent.click(dialog.getByRole('button', { name: 'Remove' }));
  await waitFor(() =>
    expect(asked.find(({ method }) => method === 'DELETE')?.search).toBe('?schedules=reassign'),
  );
});

test('ownership goes over with a member picked and the name typed', async () => {
  const asked = serve({
    ...people,
    'POST /api/v1/organization/transfer': [200, me().organization],
  });
  renderAt('/team');
  await userEvent.click(await screen.findByRole('button', { name: 'Transfer ownership' }));
  const dialog = within(await screen.findByRole('dialog'));
  const yes = dialog.getByRole('button', { name: 'Transfer ownership' }) as HTMLButtonElement;
  expect(yes.disabled).toBe(true);
  await userEvent.selectOptions(dialog.getByLabelText('New owner'), 'usr_2');
  await userEvent.type(dialog.getByLabelText(/Type the organization/), 'Northwind');
  await userEvent.click(yes);
  await waitFor(() =>
    expect(asked.find(({ path }) => path.endsWith('/transfer'))?.body).toEqual({
      user_id: 'usr_2',
      organization_name: 'Northwind',
    }),
  );
  // Who one is now comes first: what only an owner may read is not asked for any more.
  const since = () => asked.slice(asked.findIndex(({ path }) => path.endsWith('/transfer')) + 1);
  await waitFor(() => expect(since().map(({ path }) => path)).toContain('/api/v1/members'));
  expect(since()[0]?.path).toBe('/api/v1/auth/me');
});

test('invitations tell what became of their mail and wait before they are resent', async () => {
  const rows = [
    invitation(),
    invitation({ id: 'inv_2', email: null, delivery: 'none', resend_at: '2999-01-01T00:00:00Z' }),
  ];
  const url = 'https://ampere.example/join#abc';
  const made = { ...invitation(), url, delivery: 'none' };
  serve({
    ...people,
    'GET /api/v1/invitations': [200, { data: rows, mail: false }],
    'POST /api/v1/invitations/inv_1/resend': [200, made],
  });
  renderAt('/team');
  const table = within(await screen.findByRole('table', { name: 'Invitations' }));
  expect(table.getByText('Not delivered')).toBeTruthy();
  expect(table.getByText(/^again from/)).toBeTruthy();
  const early = table.getByRole('button', { name: /^New link/ }) as HTMLButtonElement;
  expect(early.disabled).toBe(true);
  await userEvent.click(table.getByRole('button', { name: /^Resend/ }));
  const link = (await screen.findByLabelText('Invitation link')) as HTMLInputElement;
  expect(link.value).toBe(url);
});

test('an invitation by mail shows no link', async () => {
  const asked = serve({
    ...people,
    'GET /api/v1/instance': [200, { ...instance, mail: true }],
    'POST /api/v1/invitations': [201, { ...invitation(), url: null, delivery: 'pending' }],
  });
  renderAt('/team');
  await userEvent.click(await screen.findByRole('button', { name: 'Invite somebody' }));
  await userEvent.type(await screen.findByLabelText('Email (optional)'), 'cleo@example.com');
  await userEvent.click(screen.getByRole('button', { name: 'Send the invitation' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked.find(({ method }) => method === 'POST')?.body).toEqual({
    role: 'member',
    email: 'cleo@example.com',
  });
});

test('the switcher is there for people with several organizations, and begins a fresh page', async () => {
  const gone = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined);
  const south = { id: 'org_2', name: 'Southwind', role: 'viewer' as const };
  const both = me({ organizations: [...me().organizations, south] });
  const asked = serve({
    'GET /api/v1/auth/me': [200, both],
    'POST /api/v1/auth/switch': [200, both],
  });
  renderAt('/schedules');
  await userEvent.click(
    await screen.findByRole('button', { name: 'Northwind. Switch the organization' }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Southwind' }));
  await waitFor(() => expect(gone).toHaveBeenCalledWith('/'));
  expect(asked.find(({ path }) => path.endsWith('/switch'))?.body).toEqual({
    organization_id: 'org_2',
  });
});

test('with one organization there is nothing to switch', async () => {
  serve({});
  renderAt('/schedules');
  await screen.findByText('Northwind');
  expect(screen.queryByRole('button', { name: /Switch the organization/ })).toBeNull();
});

test('settings: who has no right to the profile reads it', async () => {
  serve(viewer);
  renderAt('/settings');
  expect(await screen.findByText('Only the owner and admins can change these.')).toBeTruthy();
  expect(screen.queryByRole('region', { name: 'Installation' })).toBeNull();
});

import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { SessionDetail, Share } from '../src/api/gen';
import { type Asked, renderAt, serve } from './app';
import { member } from './member-samples';
import { me, message, run, session } from './samples';
import { FakeEventSource } from './setup';

const anna = { id: 'usr_9', name: 'Anna Ray' };

function share(change: Partial<Share> = {}): Share {
  return {
    user: { id: 'usr_2', name: 'Ben Carter', email: 'ben@example.com' },
    access: 'view',
    shared_at: '2026-11-22T09:42:00Z',
    ...change,
  };
}

const people = [
  member(),
  member({ user_id: 'usr_2', name: 'Ben Carter', email: 'ben@example.com', role: 'member' }),
  member({ user_id: 'usr_3', name: 'Cleo Diaz', email: 'cleo@example.com', role: 'member' }),
];

interface There {
  row?: Partial<SessionDetail>;
  shares?: Share[];
  more?: Parameters<typeof serve>[0];
}

function open({ row = {}, shares = [], more = {} }: There = {}): Asked[] {
  const asked = serve({
    'GET /api/v1/members': [200, { data: people }],
    'GET /api/v1/sessions/ses_1': [200, session(row)],
    'GET /api/v1/sessions/ses_1/shares': [200, { data: shares }],
    'GET /api/v1/sessions/ses_1/messages': [
      200,
      {
        data: [
          message({ id: 'm1' }),
          message({
            id: 'm2',
            role: 'assistant',
            text: 'So.',
            run: run({ state: 'succeeded', started_by: 'Anna Ray', started_by_id: 'usr_9' }),
          }),
        ],
      },
    ],
    ...more,
  });
  renderAt('/sessions/ses_1');
  return asked;
}

const line = () => screen.findByTestId('session-sharing');
const puts = (asked: Asked[]) => asked.filter(({ method }) => method === 'PUT');

test('a session says who sees it, and asks for the people only where there are some', async () => {
  const asked = open();
  expect((await line()).textContent).toBe('Only you can see this');
  expect(asked.some(({ path }) => path.endsWith('/shares'))).toBe(false);
});

test('a shared one says with how many', async () => {
  const cleo = share({ user: { id: 'usr_3', name: 'Cleo Diaz', email: 'cleo@example.com' } });
  open({ row: { shared: true }, shares: [share(), cleo] });
  await waitFor(async () => expect((await line()).textContent).toBe('Shared with 2'));
});

test('people are added, given other access and removed, and saved as one list', async () => {
  const asked = open({
    row: { shared: true },
    shares: [share()],
    more: {
      'PUT /api/v1/sessions/ses_1/shares': ({ body }) => {
        const { data } = body as { data: { user_id: string; access: Share['access'] }[] };
        return [200, { data: data.map(({ access }) => share({ access })) }];
      },
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Share' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Share this session' }));
  const list = within(await dialog.findByRole('list', { name: 'People with access' }));
  expect(list.getByText('Mia Novak')).toBeTruthy();
  const add = await dialog.findByRole('combobox', { name: 'Add somebody' });
  await waitFor(() => expect(within(add).queryAllByRole('option')).toHaveLength(2));
  expect(within(add).queryByRole('option', { name: 'Ben Carter' })).toBeNull();
  await userEvent.selectOptions(add, 'Cleo Diaz');
  await userEvent.selectOptions(dialog.getByLabelText('What Cleo Diaz can do'), 'Can write');
  await userEvent.click(dialog.getByRole('button', { name: 'Remove Ben Carter' }));
  expect(puts(asked)).toHaveLength(0);
  await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(puts(asked)[0]?.body).toEqual({ data: [{ user_id: 'usr_3', access: 'edit' }] });
  expect(screen.getByTestId('live-region').textContent).toBe('Shared with 1.');
});

test('a refusal keeps the list as it was written', async () => {
  const detail = 'There is no such member.';
  open({
    row: { shared: true },
    shares: [share()],
    more: {
      'PUT /api/v1/sessions/ses_1/shares': [
        422,
        { title: 'Wrong', detail, status: 422, code: 'validation_failed', errors: [] },
      ],
    },
  });
  await userEvent.click(await screen.findByRole('button', { name: 'Share' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.selectOptions(await dialog.findByLabelText('What Ben Carter can do'), 'Can share');
  await userEvent.click(dialog.getByRole('button', { name: 'Save' }));
  expect((await dialog.findByRole('alert')).textContent).toContain('It was not shared.');
  const access = dialog.getByLabelText('What Ben Carter can do') as HTMLSelectElement;
  expect(access.value).toBe('owner');
});

test('a reader has no composer, no menu and no retry, and is told whom to ask', async () => {
  open({ row: { owner: anna, access: 'view', shared: true }, shares: [share()] });
  const sentence = 'You can read this session. Ask Anna Ray for edit access to write.';
  expect(await screen.findByText(sentence)).toBeTruthy();
  expect((await line()).textContent).toBe('Shared by Anna Ray');
  expect(screen.queryByRole('textbox')).toBeNull();
  for (const name of ['Rename or delete this session', 'Rename this session', 'Share', 'Send']) {
    expect(screen.queryByRole('button', { name })).toBeNull();
  }
  expect(await screen.findByRole('button', { name: /credits for this answer/ })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
  expect(screen.getByRole('article', { name: 'Anna Ray' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'People' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Who can see this session' }));
  expect(await dialog.findByText('Can read')).toBeTruthy();
  expect(dialog.queryByRole('combobox')).toBeNull();
});

test('who may write renames and sends, and does not share or delete', async () => {
  open({ row: { owner: anna, access: 'edit', shared: true } });
  expect(await screen.findByRole('textbox', { name: 'Message to Joule' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Rename this session' }));
  expect(await screen.findByRole('button', { name: 'Rename' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Share' })).toBeNull();
});

test('what somebody else started in a shared session is not theirs to stop', async () => {
  const going = run({ state: 'running', started_by: 'Anna Ray', started_by_id: 'usr_9' });
  const answer = message({ id: 'm2', role: 'assistant', text: '', run: going });
  open({
    row: { owner: anna, access: 'edit', shared: true, running_run_id: going.id },
    more: {
      'GET /api/v1/auth/me': [200, me({ role: 'member', rights: ['start_work'] })],
      'GET /api/v1/sessions/ses_1/messages': [200, { data: [message({ id: 'm1' }), answer] }],
    },
  });
  const field = await screen.findByRole('textbox', { name: 'Message to Joule' });
  await screen.findByTestId('working');
  await userEvent.type(field, 'Next');
  expect(screen.queryByRole('button', { name: 'Stop this answer' })).toBeNull();
  expect((screen.getByRole('button', { name: 'Send' }) as HTMLButtonElement).disabled).toBe(true);
});

test('a session that is taken away is gone from the screen', async () => {
  let there = true;
  const missing = { title: 'Not found', status: 404, code: 'not_found' };
  open({
    more: {
      'GET /api/v1/sessions/ses_1': () =>
        there
          ? [200, session({ owner: anna, access: 'view', shared: true, title: 'Plans' })]
          : [404, missing],
    },
  });
  expect(await screen.findByText('So.')).toBeTruthy();
  there = false;
  act(() => FakeEventSource.at('/api/v1/events').send('session', { id: 'ses_1' }));
  expect(await screen.findByText(/^This session is not here any more/)).toBeTruthy();
  expect(screen.queryByText('So.')).toBeNull();
});

test('lists name the owner of a session that is shared with me', async () => {
  const data = [session({ owner: anna, access: 'view', shared: true, title: 'Plans' })];
  serve({ 'GET /api/v1/sessions': [200, { data, next_cursor: null }] });
  renderAt('/sessions');
  const row = (await screen.findByRole('link', { name: 'Plans' })).closest('tr');
  expect(row?.textContent).toContain('Anna Ray');
  expect(row?.textContent).toContain('Shared');
});

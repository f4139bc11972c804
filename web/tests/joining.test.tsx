import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { renderAt, serve } from './app';
import { me } from './samples';

const preview = {
  organization_name: 'Southwind',
  role: 'viewer',
  invited_by: 'Ana Lopez',
  expires_at: '2026-11-29T09:00:00Z',
  email: 'mia@example.com',
};
const nobody: [number, unknown] = [401, { title: 'Log in', status: 401, code: 'unauthorized' }];
const taken: [number, unknown] = [
  409,
  { title: 'Conflict', status: 409, code: 'state_conflict', detail: 'You are in it already.' },
];

beforeEach(() => {
  window.location.hash = '#secret';
});

const found = { 'POST /api/v1/auth/invitations/look-up': [200, preview] as [number, unknown] };

test('somebody new joins with the address of the invitation', async () => {
  const asked = serve({
    ...found,
    'GET /api/v1/auth/me': nobody,
    'POST /api/v1/auth/sign-up': [201, me()],
  });
  renderAt('/join');
  const email = (await screen.findByLabelText('Email')) as HTMLInputElement;
  expect([email.value, email.readOnly]).toEqual(['mia@example.com', true]);
  expect(screen.getByText(/invited you as a viewer/)).toBeTruthy();
  await userEvent.type(screen.getByLabelText('Your name'), 'Mia');
  await userEvent.type(screen.getByLabelText('Password'), 'long enough');
  await userEvent.click(screen.getByRole('button', { name: 'Create account and join' }));
  await waitFor(() =>
    expect(asked.find(({ path }) => path.endsWith('/sign-up'))?.body).toEqual({
      name: 'Mia',
      email: 'mia@example.com',
      password: 'long enough',
      invitation: 'secret',
    }),
  );
});

test('whoever has an account logs in and accepts; a refusal is told', async () => {
  const asked = serve({
    ...found,
    'GET /api/v1/auth/me': nobody,
    'POST /api/v1/auth/login': [200, me()],
    'POST /api/v1/auth/invitations/accept': taken,
  });
  renderAt('/join');
  await userEvent.click(await screen.findByRole('button', { name: 'I have an account' }));
  await userEvent.type(screen.getByLabelText('Password'), 'long enough');
  await userEvent.click(screen.getByRole('button', { name: 'Log in and join' }));
  expect(await screen.findByText('You are in it already.')).toBeTruthy();
  expect(screen.getByText(/You are logged in as Mia Novak/)).toBeTruthy();
  expect(asked.find(({ path }) => path.endsWith('/accept'))?.body).toEqual({ token: 'secret' });
});

test('whoever is logged in joins with one press', async () => {
  const asked = serve({ ...found, 'POST /api/v1/auth/invitations/accept': [200, me()] });
  const { router } = renderAt('/join');
  await userEvent.click(await screen.findByRole('button', { name: 'Join Southwind' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
  expect(asked.some(({ path }) => path.endsWith('/sign-up'))).toBe(false);
});

test('a forgotten password: the server’s sentence, whoever asks', async () => {
  const text = 'If there is an account, a link is on its way.';
  serve({ 'POST /api/v1/auth/password/forgot': [202, { mailed: true, text }] });
  renderAt('/login');
  await userEvent.click(await screen.findByRole('link', { name: 'Forgot password?' }));
  const send = await screen.findByRole('button', { name: 'Send the link' });
  await userEvent.type(screen.getByLabelText('Email'), 'mia@example.com');
  await userEvent.click(send);
  expect((await screen.findAllByText(text)).length).toBeGreaterThan(0);
});

test.each([
  [204, 'The new password is set.'],
  [410, /cannot be used any more/],
])('a reset answered with %s', async (status, sentence) => {
  const gone = { title: 'Gone', status: 410, code: 'gone' };
  const asked = serve({
    'POST /api/v1/auth/password/reset': [status, status === 204 ? null : gone],
  });
  renderAt('/reset');
  await userEvent.type(await screen.findByLabelText('New password'), 'long enough');
  await userEvent.click(screen.getByRole('button', { name: 'Set the password' }));
  expect((await screen.findAllByText(sentence)).length).toBeGreaterThan(0);
  expect(asked.find(({ path }) => path.endsWith('/reset'))?.body).toEqual({
    token: 'secret',
    password: 'long enough',
  });
});

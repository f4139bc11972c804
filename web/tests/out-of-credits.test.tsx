import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { stillRefused } from '../src/features/sessions/gate';
import { renderAt, serve } from './app';
import { balance, me, message, poolOf, run, session, shortage } from './samples';
import { FakeEventSource } from './setup';

const question = message({ id: 'm1', text: 'What now?' });
const answer = message({ id: 'm2', role: 'assistant', text: '', run: run() });

const field = () => screen.findByRole('textbox', { name: 'Message to Joule' });
const sendButton = () => screen.getByRole('button', { name: 'Send' });
const live = (data: unknown) =>
  act(() => FakeEventSource.at('/api/v1/events').send('balance', data));

test('a refused message keeps its draft, leaves no session, and goes on after credits arrive', async () => {
  let filled = false;
  const asked = serve({
    'POST /api/v1/sessions': [201, session({ message_count: 0 })],
    'POST /api/v1/sessions/ses_1/messages': () =>
      filled ? [202, { user_message: question, answer, run: run() }] : [402, shortage()],
    'DELETE /api/v1/sessions/ses_1': [204, null],
  });
  const { router } = renderAt('/');
  await userEvent.type(await field(), 'What now?');
  await live(poolOf('12', { position: 10 }));
  await userEvent.click(sendButton());
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('This needs a hold of 60 credits; 12 are available.')).toBeTruthy();
  expect(((await field()) as HTMLTextAreaElement).value).toBe('What now?');
  expect(localStorage.getItem('ampere.draft.usr_1.home')).toBe('What now?');
  await waitFor(() => expect(asked.some(({ method }) => method === 'DELETE')).toBe(true));
  expect((sendButton() as HTMLButtonElement).disabled).toBe(true);

  await live(poolOf('59.999999', { position: 11 }));
  expect((sendButton() as HTMLButtonElement).disabled).toBe(true);
  await live(poolOf('10012', { position: 12 }));
  expect(screen.queryByTestId('out-of-credits')).toBeNull();
  expect((sendButton() as HTMLButtonElement).disabled).toBe(false);

  filled = true;
  await userEvent.click(sendButton());
  await waitFor(() => expect(router.state.location.pathname).toBe('/sessions/ses_1'));
  expect(localStorage.getItem('ampere.draft.usr_1.home')).toBeNull();
  const keys = asked.filter(({ path }) => path.endsWith('/messages')).map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('whoever may buy is led to buying, without being asked to ask', async () => {
  serve({ 'GET /api/v1/credits': [200, poolOf('0', { state: 'paused' })] });
  renderAt('/');
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('AI runs are paused: no credits left')).toBeTruthy();
  expect(box.getByRole('link', { name: 'Buy credits' }).getAttribute('href')).toBe('/billing?buy=1');
  expect(box.queryByText(/can add credits\./)).toBeNull();
});

test('a member is told whom to ask and gets no buying link anywhere', async () => {
  serve({
    'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false })],
    'GET /api/v1/credits': [200, poolOf('0', { state: 'paused', can_add: ['Ana', 'Ben', 'Cleo'] })],
  });
  renderAt('/');
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('Ana, Ben or Cleo can add credits.')).toBeTruthy();
  expect(box.getByText(/sessions, results, receipts, usage, billing and settings/)).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Buy credits' })).toBeNull();
});

test('a refusal stands until the available credits cover what was needed', () => {
  expect(stillRefused(null, balance())).toBe(false);
  expect(stillRefused(shortage(), null)).toBe(true);
  expect(stillRefused(shortage(), poolOf('59.999999'))).toBe(true);
  expect(stillRefused(shortage(), poolOf('60'))).toBe(false);
});

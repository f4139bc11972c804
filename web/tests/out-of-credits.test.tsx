import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { stillRefused } from '../src/features/sessions/gate';
import { renderAt, serve } from './app';
import { billingAnswers, standing, withoutAccess } from './billing-samples';
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
    'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false, rights: ['start_work'] })],
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

const locked = poolOf('0', { state: 'locked', locked: '3400' });
const ended = standing('ended', '3,400 credits are locked. Restart a plan.', 'restart_plan');

test('locked: what is locked, why, and the plan’s way back instead of buying', async () => {
  serve({ ...billingAnswers(ended), 'GET /api/v1/credits': [200, locked] });
  renderAt('/');
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('AI runs are paused: 3,400 credits locked')).toBeTruthy();
  expect(await box.findByText('3,400 credits are locked. Restart a plan.')).toBeTruthy();
  expect(box.getByRole('link', { name: 'Restart plan' })).toBeTruthy();
  expect(box.queryByRole('link', { name: 'Buy credits' })).toBeNull();
});

test('locked: whoever may not act can ask, and gets no other button', async () => {
  serve({
    ...billingAnswers(withoutAccess(ended)),
    'GET /api/v1/credits': [200, locked],
    'GET /api/v1/auth/me': [200, me({ role: 'member', billing_access: false, rights: ['start_work'] })],
  });
  renderAt('/');
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByRole('button', { name: 'Ask them' })).toBeTruthy();
  expect(box.getByText(/ can restart the plan\.$/)).toBeTruthy();
  expect(box.queryByText(/can add credits/)).toBeNull();
  expect(box.queryByRole('link')).toBeNull();
});

test('a 402 of a locked pool is answered by the same component', async () => {
  serve({
    ...billingAnswers(ended),
    'POST /api/v1/sessions': [201, session({ message_count: 0 })],
    'POST /api/v1/sessions/ses_1/messages': [402, shortage({ code: 'credits_locked', state: 'locked' })],
    'DELETE /api/v1/sessions/ses_1': [204, null],
  });
  renderAt('/');
  await userEvent.type(await field(), 'What now?');
  await live(poolOf('12', { position: 10 }));
  await userEvent.click(sendButton());
  expect(await screen.findByTestId('out-of-credits')).toBeTruthy();
});

test('past due at zero: credits can be bought, and the card can be mended', async () => {
  const page = standing('past_due', 'Update the card by 25 Nov.', 'update_card');
  serve({ ...billingAnswers(page), 'GET /api/v1/credits': [200, poolOf('0', { state: 'paused' })] });
  renderAt('/');
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(await box.findByText('Update the card by 25 Nov.')).toBeTruthy();
  expect(box.getByRole('link', { name: 'Buy credits' })).toBeTruthy();
  expect(box.getByRole('button', { name: 'Update card' })).toBeTruthy();
});

test('recharging: it says that credits are coming, and asks for nothing', async () => {
  serve({
    'POST /api/v1/sessions': [201, session({ message_count: 0 })],
    'POST /api/v1/sessions/ses_1/messages': [402, shortage()],
    'DELETE /api/v1/sessions/ses_1': [204, null],
  });
  renderAt('/');
  await userEvent.type(await field(), 'What now?');
  await live(poolOf('12', { state: 'recharging', position: 10 }));
  await userEvent.click(sendButton());
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('Adding credits…')).toBeTruthy();
  expect(box.queryByRole('link')).toBeNull();
  expect(box.queryByRole('button')).toBeNull();
});

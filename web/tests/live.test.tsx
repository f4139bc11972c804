import { act, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderAt, serve } from './app';
import { message, poolOf, run, session } from './samples';
import { FakeEventSource } from './setup';

const badge = () => screen.findByTestId('credit-badge');

test('the badge follows the stream and ignores what is older than it shows', async () => {
  serve({});
  renderAt('/');
  expect((await badge()).textContent).toBe('982 credits');
  const stream = FakeEventSource.at('/api/v1/events');
  act(() => stream.send('balance', poolOf('922', { position: 12 })));
  expect((await badge()).textContent).toBe('922 credits');
  act(() => stream.send('balance', poolOf('999', { position: 11 })));
  expect((await badge()).textContent).toBe('922 credits');
  expect((await badge()).dataset['position']).toBe('12');
});

test('a lost stream is said, with the time of the shown number, until it is back', async () => {
  serve({});
  renderAt('/');
  await badge();
  const stream = FakeEventSource.at('/api/v1/events');
  act(() => void stream.dispatchEvent(new Event('error')));
  expect((await badge()).dataset['state']).toBe('stale');
  act(() => void stream.dispatchEvent(new Event('open')));
  expect((await badge()).dataset['state']).toBe('normal');
});

test('running work is counted in the header and leaves it when it ends', async () => {
  serve({});
  renderAt('/');
  await badge();
  const stream = FakeEventSource.at('/api/v1/events');
  act(() => stream.send('run', run()));
  expect((await screen.findByTestId('running-chip')).getAttribute('aria-label')).toContain('1 running');
  act(() => stream.send('run', run({ state: 'succeeded', credits: '14' })));
  await waitFor(() => expect(screen.queryByTestId('running-chip')).toBeNull());
});

test('a streamed answer grows without doubling, and its end is announced once with its credits', async () => {
  const running = run({ state: 'queued' });
  serve({
    'GET /api/v1/sessions/ses_1': [200, session({ running_run_id: 'run_1' })],
    'GET /api/v1/sessions/ses_1/messages': [
      200,
      { data: [message({ id: 'm1' }), message({ id: 'm2', role: 'assistant', text: '', run: running })] },
    ],
  });
  renderAt('/sessions/ses_1');
  const text = await screen.findByTestId('answer-text');
  expect(text.getAttribute('aria-busy')).toBe('true');
  const stream = FakeEventSource.at('/api/v1/runs/run_1/events');
  act(() => stream.send('state', { state: 'queued', reason: null, ahead: 2, held: '60' }, '0'));
  expect(screen.getByTestId('working').textContent).toContain('Queued, 2 ahead of this one');
  act(() => {
    stream.send('state', { state: 'running', reason: null, ahead: null, held: '60' }, '0');
    stream.send('delta', { text: 'Because' }, '7');
    stream.send('delta', { text: 'Because' }, '7');
    stream.send('delta', { text: ' so.' }, '11');
  });
  await waitFor(() => expect(text.textContent).toBe('Because so.'));
  const ended = run({ state: 'succeeded', reason: 'completed', credits: '14', held: '0' });
  act(() => stream.send('finished', { run: ended, position: 12 }, '11'));
  await waitFor(() => expect(text.getAttribute('aria-busy')).toBe('false'));
  expect(screen.getByTestId('live-region').textContent).toBe('Answer ready, 14 credits');
  expect(screen.getByTestId('answer-credits').textContent).toBe('14 credits');
});

import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { RunSummary } from '../src/api/gen';
import { type Asked, renderAt, serve } from './app';
import { message, run, session } from './samples';
import { FakeEventSource } from './setup';

const messages = (now: RunSummary) => ({
  data: [message({ id: 'm1' }), message({ id: 'm2', role: 'assistant', text: '', run: now })],
});

let now = run();
beforeEach(() => {
  now = run();
});

/** A session whose answer is being written; `cancel` is what the server says to a Stop. */
async function working(cancel: [number, unknown] = [200, run()]): Promise<Asked[]> {
  const asked = serve({
    'GET /api/v1/sessions/ses_1': [200, session({ running_run_id: 'run_1' })],
    'GET /api/v1/sessions/ses_1/messages': () => [200, messages(now)],
    'POST /api/v1/runs/run_1/cancel': cancel,
  });
  renderAt('/sessions/ses_1');
  await screen.findByRole('button', { name: 'Stop this answer' });
  return asked;
}

const stops = (asked: Asked[]) => asked.filter(({ path }) => path.endsWith('/cancel')).length;

test('Send is Stop while an answer is written, then Stopping…, and Send again at the end', async () => {
  const asked = await working();
  expect(screen.queryByRole('button', { name: 'Send' })).toBeNull();
  expect(screen.getByTestId('working').querySelector('button')).toBeNull();
  const button = screen.getByRole('button', { name: 'Stop this answer' });
  await userEvent.click(button);
  expect(stops(asked)).toBe(1);
  expect(button.textContent).toBe('Stopping…');
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(screen.getByTestId('live-region').textContent).toMatch(/^Stopping\./);
  expect(screen.getByTestId('working').textContent).toMatch(/^Stopping\./);
  await userEvent.click(button);
  expect(stops(asked)).toBe(1);
  now = run({ state: 'cancelled', reason: 'stopped', credits: '3', held: '0' });
  act(() => FakeEventSource.at('/runs/run_1/events').send('finished', { run: now }, '1'));
  await waitFor(() => expect(button.textContent).toBe('Send'));
  // It can send nothing yet: what is to be sent gets the focus instead.
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message to Joule' }));
});

test('Esc stops, from the field and from nowhere, once', async () => {
  const asked = await working();
  await userEvent.type(screen.getByRole('textbox', { name: 'Message to Joule' }), 'Next');
  await userEvent.keyboard('{Escape}{Escape}');
  fireEvent.keyDown(document.body, { key: 'Escape' });
  expect(stops(asked)).toBe(1);
  await screen.findByRole('button', { name: 'Stopping…' });
});

test('Esc that closes a dialog stops nothing', async () => {
  const asked = await working();
  await userEvent.keyboard('?');
  const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(stops(asked)).toBe(0);
});

test('the second click of a double click on Send does not stop the answer', async () => {
  const asked = await working();
  fireEvent.click(screen.getByRole('button', { name: 'Stop this answer' }), { detail: 2 });
  expect(stops(asked)).toBe(0);
  fireEvent.click(screen.getByRole('button', { name: 'Stop this answer' }), { detail: 1 });
  await waitFor(() => expect(stops(asked)).toBe(1));
});

test('a Stop that failed is told and can be pressed again', async () => {
  const asked = await working([500, { title: 'Broken', status: 500, code: 'internal_error' }]);
  await userEvent.click(screen.getByRole('button', { name: 'Stop this answer' }));
  await screen.findByText('It could not be stopped.');
  await userEvent.click(screen.getByRole('button', { name: 'Stop this answer' }));
  await waitFor(() => expect(stops(asked)).toBe(2));
});

import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { Run, RunQuestion, RunStep } from '../src/api/gen';
import { sumOf, wholeUp } from '../src/credits/amount';
import { balanceStore } from '../src/credits/balance-store';
import { callsOf, givenOf } from '../src/features/sessions/calls';
import { partsOf } from '../src/features/runs/parts';
import { linesByPart } from '../src/features/runs/receipt-text';
import { type Asked, renderAt, serve } from './app';
import { message, poolOf, run, session, step, toolRun } from './samples';
import { FakeEventSource } from './setup';

const call = (part: number, name: string, change: Partial<RunStep> = {}) =>
  step(part * 10, name, { kind: 'call', part, credits: '0', ...change });

const nested = (part: number, name: string, change: Partial<RunStep> = {}) =>
  step(part * 10 + 1, name, { part, ...change });

function work(change: Partial<Run> = {}): Run {
  const { quote, can_resume } = toolRun();
  return {
    ...run({ subject: 'medium' }),
    quote,
    steps: [],
    inputs: null,
    definition: null,
    result: null,
    queue: null,
    browser: null,
    question: null,
    can_stop: true,
    can_resume,
    ...change,
  };
}

const question = (change: Partial<RunQuestion> = {}): RunQuestion => ({
  call: 'call.1',
  name: 'Research a question',
  inputs: { tool: 'research', inputs: { question: 'Why is bread brown?' } },
  low: '8',
  typical: '600',
  high: '2399.5',
  opens: null,
  may_allow: true,
  until: '2026-11-22T09:52:00Z',
  ...change,
});

let now = work();
beforeEach(() => {
  now = work();
});

function open(more: Parameters<typeof serve>[0] = {}): Asked[] {
  const asked = serve({
    'GET /api/v1/sessions/ses_1': [200, session({ running_run_id: 'run_1' })],
    'GET /api/v1/sessions/ses_1/messages': () => [
      200,
      {
        data: [
          message({ id: 'm1', attachments: [{ id: 'file_1', name: 'notes.md', media_type: 'text/markdown', size: 2_048 }] }),
          message({ id: 'm2', role: 'assistant', text: 'Let me see.', run: now }),
        ],
      },
    ],
    'GET /api/v1/runs/run_1': () => [200, now],
    ...more,
  });
  renderAt('/sessions/ses_1');
  return asked;
}

const cards = () => screen.getAllByTestId('call');
const stream = () => FakeEventSource.at('/runs/run_1/events');
const state = (change: object) =>
  act(() => stream().send('state', { state: 'running', held: '60', revision: 1, ...change }));
const decisions = (asked: Asked[]) =>
  asked.filter(({ path }) => path.endsWith('/decision')).map(({ body }) => body);
const asking = () => screen.findByTestId('asking');
const button = (name: string) => screen.getByRole('button', { name });

/** A session whose answer waits for a yes; after a decision it runs on. */
async function waiting(what: Partial<RunQuestion> = {}, decided?: [number, unknown]) {
  now = work({ state: 'waiting_for_input', question: question(what), steps: [call(1, 'Research a question', { state: 'waiting_for_input', ended_at: null })] });
  balanceStore.offer(poolOf('3000'), 0);
  const asked = open({
    'GET /api/v1/credits': [200, poolOf('3000')],
    'POST /api/v1/runs/run_1/decision': () => {
      if (decided) return decided;
      now = work({ steps: [call(1, 'Research a question', { state: 'running', ended_at: null })] });
      return [200, now];
    },
  });
  return { asked, card: await asking() };
}

test('each call is a card with its state, time, credits, inputs, result and steps', async () => {
  now = work({
    state: 'succeeded',
    credits: '9.5',
    steps: [
      step(1, 'Answer', { kind: 'answer' }),
      call(1, 'Summarize a document', {
        input: { tool: 'summarize', inputs: { length: 'short' } },
        result: { status: 'done', text: 'Three points.' },
      }),
      nested(1, 'Read the document', { credits: '0' }),
      nested(1, 'Summarize', { n: 12, credits: '3.25' }),
      call(2, 'Browse example.com', { state: 'cancelled', result: { status: 'declined' }, note: 'The person said: not now.' }),
    ],
  });
  open();
  await waitFor(() => expect(cards()).toHaveLength(2));
  const heads = cards().map((one) => one.querySelector('summary')?.textContent);
  expect(heads).toEqual(['Summarize a documentDone · 4 s · 3.25 credits', 'Browse example.comNot done']);
  const first = within(cards()[0] as HTMLElement);
  await userEvent.click(first.getByText('Summarize a document'));
  expect(first.getByText('length').nextElementSibling?.textContent).toBe('short');
  expect(first.getByText('Three points.')).toBeTruthy();
  expect(first.getByText('Read the document').nextElementSibling?.textContent).toBe('Done');
  expect(first.getByText('Summarize', { exact: true }).nextElementSibling?.textContent).toBe('Done · 3.25 credits');
  expect(first.getByRole('link', { name: 'Open the run' }).getAttribute('href')).toBe('/runs/run_1');
  expect(screen.getByText('The person said: not now.')).toBeTruthy();
});

test('a file of a message can be downloaded', async () => {
  open();
  const link = await screen.findByRole('link', { name: 'Download notes.md, 2 KB' });
  expect(link.getAttribute('href')).toBe('/api/v1/files/file_1/content');
});

test('while it works, a new revision brings the calls, and it says what it uses', async () => {
  const asked = open();
  const looks = () => asked.filter(({ path }) => path === '/api/v1/runs/run_1').length;
  await screen.findByText('Let me see.');
  state({ revision: 1 });
  await waitFor(() => expect(looks()).toBe(2));
  now = work({
    steps: [
      call(1, 'Browse 127.0.0.1', { state: 'running', ended_at: null }),
      nested(1, 'Time', { kind: 'time', state: 'running', ended_at: null }),
    ],
  });
  state({ revision: 2 });
  await screen.findByText('Using “Browse 127.0.0.1”…', { exact: false });
  expect(cards()[0]?.getAttribute('data-status')).toBe('running');
  await userEvent.click(screen.getByText('Browse 127.0.0.1'));
  expect(screen.getByRole('link', { name: 'Watch the browser' }).getAttribute('href')).toBe('/runs/run_1');
  state({ revision: 2, held: '70' });
  await screen.findByText('up to 70 held', { exact: false });
  expect(looks()).toBe(3);
});

test('an answer without hands is not asked for its calls', async () => {
  now = work({ subject: null });
  const asked = open();
  await screen.findByText('Let me see.');
  state({ revision: 1 });
  await screen.findByText('Writing…', { exact: false });
  expect(asked.filter(({ path }) => path === '/api/v1/runs/run_1')).toHaveLength(0);
});

test('it asks first: what, with which inputs, for how much, until when, without taking the focus', async () => {
  const { card } = await waiting();
  const found = within(card);
  expect(found.getByRole('heading', { name: 'Joule asks: Research a question?' })).toBeTruthy();
  expect(found.getByText('question').nextElementSibling?.textContent).toBe('Why is bread brown?');
  expect(card.textContent).toContain(
    'It may use 8–2,399.5 credits, usually 600. You have 3,000 available.',
  );
  expect(card.textContent).toContain('It waits for you until 10:52.');
  expect(screen.getByTestId('live-region').textContent).toMatch(/^Joule waits for you: Research/);
  expect(card.contains(document.activeElement)).toBe(false);
  expect(screen.getByTestId('working').textContent).toMatch(/^Waiting for you( ·|$)/);
});

test('Run is sent once, and the answer goes on', async () => {
  const { asked } = await waiting();
  const press = button('Run');
  fireEvent.click(press);
  fireEvent.click(press);
  await waitFor(() => expect(screen.queryByTestId('asking')).toBeNull());
  expect(decisions(asked)).toEqual([{ call: 'call.1', decision: 'run' }]);
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message to Joule' }));
  expect(screen.getByTestId('live-region').textContent).toBe('It runs.');
});

test('Not now is sent as it is', async () => {
  const { asked } = await waiting();
  await userEvent.click(button('Not now'));
  await waitFor(() => expect(decisions(asked)).toEqual([{ call: 'call.1', decision: 'not_now' }]));
});

test('Always allow takes an amount that covers this call', async () => {
  const { asked } = await waiting();
  const amount = screen.getByRole<HTMLInputElement>('textbox', { name: 'Always allow up to' });
  expect(amount.value).toBe('2,400');
  await userEvent.clear(amount);
  await userEvent.type(amount, '700{Enter}');
  expect((await screen.findByRole('alert')).textContent).toBe('It must cover this call: at least 2,399.5 credits.');
  await userEvent.clear(amount);
  await userEvent.type(amount, 'lots{Enter}');
  expect((await screen.findByRole('alert')).textContent).toBe('Write an amount of credits.');
  await userEvent.clear(amount);
  await userEvent.type(amount, '3,000');
  await userEvent.click(button('Allow and run'));
  await waitFor(() =>
    expect(decisions(asked)).toEqual([{ call: 'call.1', decision: 'always', up_to: '3000' }]),
  );
});

test('a site that nobody named is told, and cannot be allowed for good', async () => {
  const { card } = await waiting({ opens: 'evil.example' });
  expect(card.textContent).toContain('It would open evil.example, a site that you have not named.');
  expect(screen.queryByRole('textbox', { name: 'Always allow up to' })).toBeNull();
});

test('a question that is over says so', async () => {
  const over = { title: 'Conflict', status: 409, code: 'conflict', detail: 'This is over.' };
  const { asked } = await waiting({}, [409, over]);
  await userEvent.click(button('Run'));
  await screen.findByText('This is not asked any more.');
  expect(asked.filter(({ path }) => path === '/api/v1/runs/run_1').length).toBeGreaterThan(1);
});

test('others than who started it are not asked', async () => {
  now = work({ state: 'waiting_for_input', started_by: 'Ben Carter', started_by_id: 'usr_2' });
  open();
  await screen.findByText('Waiting for Ben Carter', { exact: false });
  expect(screen.queryByTestId('asking')).toBeNull();
});

test('the head of a session has its files and what it may do unasked', async () => {
  const files = ['a.md', 'b.pdf'].map((name, index) => ({ id: `file_${index}`, name, media_type: '', size: 900 }));
  open({ 'GET /api/v1/sessions/ses_1': [200, session({ files, allow_up_to: '700' })] });
  expect((await screen.findByTestId('session-allowed')).textContent).toBe(
    'Calls up to 700 credits start without asking',
  );
  await userEvent.click(button('2 files'));
  const panel = await screen.findByRole('dialog');
  expect(within(panel).getAllByRole('link').map((one) => one.getAttribute('href'))).toEqual([
    '/api/v1/files/file_0/content',
    '/api/v1/files/file_1/content',
  ]);
});

test('sums are exact, and whole credits are rounded up', () => {
  expect(sumOf(['0.1', '0.2', '3.000001'])).toBe('3.300001');
  expect(sumOf([])).toBe('0');
  expect(sumOf(['12', '988'])).toBe('1000');
  expect([wholeUp('600'), wholeUp('600.000001'), wholeUp('0.5')]).toEqual(['600', '601', '1']);
});

test('a call that was cut short is not shown as at work', () => {
  const cut = call(1, 'Read notes.md', { state: 'cancelled', result: { status: 'running' } });
  const hidden = call(2, 'Read notes.md', { state: 'failed', result: null });
  expect(callsOf(work({ steps: [cut, hidden] })).map(({ status, text }) => [status, text])).toEqual([
    ['stopped', null],
    ['failed', null],
  ]);
});

test('inputs are shown by their own names, whatever they are', () => {
  expect(givenOf({ tool: 't', inputs: { a: 1 } })).toEqual([{ name: 'a', value: 1 }]);
  expect(givenOf({ file: 'notes.md' })).toEqual([{ name: 'file', value: 'notes.md' }]);
  expect(givenOf('cut…')).toEqual([{ name: '', value: 'cut…' }]);
  expect(givenOf(null)).toEqual([]);
});

test('on the page of a run, a call and what it started are one part', () => {
  const steps = [
    step(1, 'Answer', { kind: 'answer' }),
    call(1, 'Browse example.com'),
    nested(1, 'Clicked “Prices”', { kind: 'browse' }),
    step(30, 'Answer, turn 2', { kind: 'answer' }),
  ];
  const parts = partsOf(work({ steps })).map(({ name, steps: own }) => [name, own.map((one) => one.name)]);
  expect(parts).toEqual([
    ['Thinking and writing', ['Answer']],
    ['Browse example.com', ['Browse example.com', 'Clicked “Prices”']],
    ['Thinking and writing', ['Answer, turn 2']],
  ]);
  const plain = partsOf(work({ steps: [step(1, 'Answer')] }));
  expect(plain.map(({ name }) => name)).toEqual([null]);
});

const line = (part: number, part_name: string | null) =>
  ({ part, part_name }) as Parameters<typeof linesByPart>[0][number];

test('the lines of an answer’s receipt are one table, whatever called what', () => {
  expect(linesByPart([line(0, null), line(1, null), line(0, null)])).toHaveLength(1);
  expect(linesByPart([line(1, 'A'), line(1, 'A'), line(2, 'B')])).toHaveLength(2);
});

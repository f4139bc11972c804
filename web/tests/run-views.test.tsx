import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Receipt, ReceiptLine } from '../src/api/gen';
import { readRunsSearch } from '../src/features/runs/filter';
import { linesByPart, partialText } from '../src/features/runs/receipt-text';
import { csvText, downloadOf, imageOf, resultText, tableOf } from '../src/features/runs/result';
import { partsOf } from '../src/features/runs/parts';
import { renderAt, serve } from './app';
import { poolOf, run, shortage, step, tool, toolRun } from './samples';
import { FakeEventSource } from './setup';

const line = (n: number, part: number, name: string | null): ReceiptLine => ({
  n,
  step: 'Summarize',
  part,
  part_name: name,
  model: 'Local',
  measure: 'input_tokens',
  quantity: 900,
  credits_per_thousand: '2',
  credits_per_minute: null,
  credits: '1.8',
  estimated: false,
});

const words = (parts: ReturnType<typeof partsOf>) =>
  parts.map(({ name, steps }) => [name, ...steps.map((one) => `${one.name}: ${one.look.word}`)]);

test('steps that were passed over are skipped, later ones are to come, after the end not run', () => {
  const names = ['Read', 'Shorten', 'Summarize', 'Check'];
  const steps = [step(1, 'Read'), step(2, 'Summarize', { state: 'running' })];
  const running = toolRun({ steps, definition: { step_names: names, version: null } });
  const before = ['Read: Done', 'Shorten: Skipped', 'Summarize: Running'];
  expect(words(partsOf(running))).toEqual([[null, ...before, 'Check: Not started']]);
  const ended = partsOf({ ...running, state: 'cancelled' });
  expect(words(ended)[0]?.at(-1)).toBe('Check: Not run');
});

test('a workflow’s steps stand under their parts, those to come by their names', () => {
  const workflow = toolRun({
    kind: 'workflow',
    definition: { step_names: ['Summarize', 'Ask', 'Send'], version: 4 },
    steps: [
      step(1, 'Read', { part: 1, part_name: 'Summarize' }),
      step(2, 'Points', { part: 1, part_name: 'Summarize' }),
      step(3, 'Answer', { part: 2, part_name: 'Ask', state: 'failed' }),
    ],
  });
  expect(words(partsOf(workflow))).toEqual([
    ['Summarize', 'Read: Done', 'Points: Done'],
    ['Ask', 'Answer: Failed'],
    ['Send', 'Send: Not started'],
  ]);
});

test('a run that did not get to its end says what was paid for and what was not', () => {
  const names = ['Read', 'Points', 'Ask', 'Check', 'Send'];
  const steps = [
    step(1, 'Read', { credits: '0' }),
    step(2, 'Points', { credits: '6' }),
    step(3, 'Ask', { state: 'failed', credits: '0' }),
  ];
  const failed = toolRun({
    state: 'failed',
    reason: 'provider_error',
    credits: '6',
    steps,
    definition: { step_names: names, version: null },
  });
  expect(partialText(failed)).toBe(
    '6 credits used for 2 of 5 steps. “Ask” failed on our side. There is no charge for it.',
  );
  expect(partialText({ ...failed, reason: 'bad_input' })).toContain('“Ask” failed. There is');
  const stopped = { ...failed, state: 'cancelled' as const, steps: steps.slice(0, 2) };
  expect(partialText(stopped)).toBe('6 credits used for 2 of 5 steps.');
});

test('receipt lines stand together by part, in their order', () => {
  const parts = linesByPart([line(1, 1, 'A'), line(2, 1, 'A'), line(3, 2, 'B')]);
  expect(parts.map(({ name, lines }) => [name, lines.length])).toEqual([
    ['A', 2],
    ['B', 1],
  ]);
  expect(linesByPart([line(1, 0, null)])[0]?.name).toBeNull();
});

test('CSV quotes what must be quoted, and no cell is a formula', () => {
  const table = { columns: ['name', 'note'], rows: [['a "b"', 'x,y'], ['=1+1', '-3.5'], ['@x', 'two\nlines']] };
  expect(csvText(table)).toBe(
    'name,note\r\n"a ""b""","x,y"\r\n\'=1+1,-3.5\r\n\'@x,"two\nlines"',
  );
  expect(tableOf({ columns: ['a', 'b'], rows: [[1], [null, { c: 1 }]] })).toEqual({
    columns: ['a', 'b'],
    rows: [['1', ''], ['', '{"c":1}']],
  });
  expect(tableOf({ columns: 'a', rows: [] })).toBeNull();
});

test('each kind of result has its text and its download', () => {
  const json = { kind: 'json', value: { a: [1] }, file_name: '' } as const;
  expect(resultText(json)).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(downloadOf(json)).toMatchObject({ name: 'result.json', type: 'application/json;charset=utf-8' });
  const list = { kind: 'list', value: ['one', { task: 'call', who: 'Ana' }], file_name: 'x.txt' } as const;
  expect(resultText(list)).toBe('- one\n- task: call · who: Ana');
  const odd = { kind: 'table', value: 'no table', file_name: 't.csv' } as const;
  expect(resultText(odd)).toBe('no table');
});

const ended = (change: Parameters<typeof toolRun>[0] = {}) =>
  toolRun({
    state: 'succeeded',
    credits: '14',
    held: '0',
    can_stop: false,
    ended_at: '2026-11-22T09:43:00Z',
    ...change,
  });

test('a table is a real table, its first column names the rows', async () => {
  const value = { columns: ['Field', 'Field', ''], rows: [['Total', '12', 'EUR']] };
  serve({
    'GET /api/v1/runs/run_1': [200, ended({ result: { kind: 'table', value, file_name: 'x.csv' } })],
  });
  renderAt('/runs/run_1');
  const table = within(await screen.findByRole('table', { name: 'Rows' }));
  expect(table.getAllByRole('columnheader').map(({ textContent: text }) => text)).toEqual([
    'Field',
    'Field (2)',
    'Column 3',
  ]);
  expect(screen.getByRole('button', { name: 'Download CSV' })).toBeTruthy();
});

test('a result goes into the draft of a new session and is not sent', async () => {
  const asked = serve({
    'GET /api/v1/runs/run_1': [
      200,
      ended({ result: { kind: 'text', value: 'Three points', file_name: 'x.txt' } }),
    ],
  });
  const { router } = renderAt('/runs/run_1');
  await userEvent.click(await screen.findByRole('button', { name: 'Send to Joule' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
  const field = await screen.findByRole('textbox', { name: 'Message to Joule' });
  expect((field as HTMLTextAreaElement).value).toBe('Three points');
  expect(asked.some(({ method, path }) => method === 'POST' && path.includes('sessions'))).toBe(false);
});

test('whoever may not open a run’s content reads who may, and cannot run it again', async () => {
  serve({
    'GET /api/v1/runs/run_1': [
      200,
      ended({
        has_content: false,
        inputs: null,
        result: null,
        started_by: 'Vic Lund',
        started_by_id: 'usr_3',
      }),
    ],
  });
  renderAt('/runs/run_1');
  await userEvent.click(await screen.findByRole('tab', { name: 'Results' }));
  const whom = 'Only Mia Novak or Vic Lund can open the inputs and results of this run.';
  expect(await screen.findByText(whom)).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Run again' })).toBeNull();
});

test('a paused run keeps its finished steps; still short it says what is missing, then goes on', async () => {
  let filled = false;
  const paused = toolRun({
    state: 'paused_no_credits',
    reason: 'no_credits',
    held: '0',
    steps: [step(1, 'Read the document')],
    queue: { ahead: 0, needed: '60' },
    can_resume: true,
  });
  const asked = serve({
    'GET /api/v1/runs/run_1': () => [200, filled ? toolRun() : paused],
    'POST /api/v1/runs/run_1/resume': () => (filled ? [202, toolRun()] : [402, shortage()]),
    'GET /api/v1/credits': [200, poolOf('12')],
  });
  renderAt('/runs/run_1');
  expect(await screen.findByText(/^Paused: no credits\./)).toBeTruthy();
  expect(screen.getByText(/It needs a hold of 60 credits\./)).toBeTruthy();
  expect(screen.getAllByTestId('step')[0]?.textContent).toContain('Done');
  await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('This needs a hold of 60 credits; 12 are available.')).toBeTruthy();
  filled = true;
  act(() => FakeEventSource.at('/api/v1/events').send('balance', poolOf('500', { position: 11 })));
  expect(screen.queryByTestId('out-of-credits')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
  expect(await screen.findByText('Working on “Read the document”.')).toBeTruthy();
  const keys = asked.filter(({ path }) => path.endsWith('/resume')).map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('a run that waits can be cancelled where it says how many are before it', async () => {
  const waiting = toolRun({
    state: 'waiting_for_credits',
    held: '0',
    steps: [],
    queue: { ahead: 3, needed: '60' },
  });
  const asked = serve({
    'GET /api/v1/runs/run_1': [200, waiting],
    'POST /api/v1/runs/run_1/cancel': [202, waiting],
  });
  renderAt('/runs/run_1');
  expect(await screen.findByText('Waits for credits, 3 before it.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(asked.some(({ path }) => path.endsWith('/cancel'))).toBe(true));
});

test('the list asks the server for what the address says, and says who or what started a run', async () => {
  const runs = [
    run({ id: 'run_2', kind: 'workflow', title: 'Weekly report', trigger: 'schedule' }),
    run({ id: 'run_3', kind: 'background', title: 'Session titles', trigger: 'background' }),
  ];
  const asked = serve({
    'GET /api/v1/runs': [200, { data: runs, next_cursor: null }],
    'GET /api/v1/tools': [200, { data: [tool()], refused: [] }],
  });
  const { router } = renderAt('/runs?state=failed&trigger=nobody&schedule=sch_1');
  const table = within(await screen.findByRole('table', { name: 'Runs' }));
  expect(table.getByText('Schedule of Mia Novak')).toBeTruthy();
  expect(table.getByText('Background work')).toBeTruthy();
  const sent = () => new URLSearchParams(asked.findLast(({ search }) => search.includes('limit=30'))?.search);
  expect(Object.fromEntries(sent())).toEqual({ limit: '30', state: 'failed', schedule_id: 'sch_1' });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'What' }), 'tool');
  await userEvent.selectOptions(
    await screen.findByRole('combobox', { name: 'Which' }),
    'Summarize a document',
  );
  await waitFor(() => expect(sent().get('subject')).toBe('summarize-document'));
  expect(router.state.location.search).toEqual({
    kind: 'tool',
    state: 'failed',
    subject: 'summarize-document',
    schedule: 'sch_1',
  });
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'What' }), '');
  await waitFor(() => expect(sent().has('subject')).toBe(false));
});

test('an address with unknown filters filters by what is known', () => {
  expect(readRunsSearch({ kind: 'poem', state: 'running', trigger: 7, subject: '' })).toEqual({
    state: 'running',
  });
});

test('a workflow’s receipt stands under its parts in the tab of its run', async () => {
  const workflow = ended({ kind: 'workflow', subject: 'wf_1', title: 'Weekly report' });
  const { quote } = workflow;
  const receipt: Receipt = {
    run: run({ kind: 'workflow', state: 'succeeded' }),
    quote,
    held: '60',
    used: '14',
    given_back: '46',
    overdraft: '0',
    estimated: false,
    lines: [line(1, 1, 'Read'), line(2, 2, 'Ask')],
    paid_from: [],
    rate_card_version: 1,
    balance_after: '968',
    position: 12,
    holds: [],
    entries: [11, 12],
  };
  serve({
    'GET /api/v1/runs/run_1': [200, workflow],
    'GET /api/v1/runs/run_1/receipt': [200, receipt],
  });
  renderAt('/runs/run_1');
  await userEvent.click(await screen.findByRole('tab', { name: 'Receipt' }));
  expect(await screen.findByText('14 credits used · 46 given back')).toBeTruthy();
  expect(screen.getByRole('table', { name: '1. Read' })).toBeTruthy();
  expect(screen.getByRole('table', { name: '2. Ask' })).toBeTruthy();
});

test('a picture is a file that is kept, and nothing else is a picture', () => {
  const value = { file: 'file_01AB', url: 'https://a.example/', title: 'A', width: 10, height: 20 };
  const address = '/api/v1/files/file_01AB/content';
  const { file: _, ...rest } = value;
  expect(imageOf(value)).toEqual({ ...rest, address });
  for (const odd of [null, 'file_1', {}, { file: 'https://evil.example/x.png' }]) {
    expect(imageOf(odd)).toBeNull();
  }
});

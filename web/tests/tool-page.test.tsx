import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Run } from '../src/api/gen';
import { refusalStands } from '../src/features/runs/gate';
import { estimateText } from '../src/features/tools/EstimateBar';
import { type Asked, renderAt, serve } from './app';
import { poolOf, quote, shortage, step, tool, toolRun } from './samples';
import { FakeEventSource } from './setup';

const invalid = (pointer: string, detail: string) => ({
  ...shortage({ code: 'validation_failed', status: 422, title: 'The request has mistakes' }),
  errors: [{ pointer, code: 'wrong', detail }],
});

let current: Run = toolRun();

function serveTool(more: Parameters<typeof serve>[0] = {}): Asked[] {
  current = toolRun({ inputs: { topic: 'Heat pumps', length: 'very_long' } });
  return serve({
    'GET /api/v1/tools/summarize-document': [200, tool()],
    'GET /api/v1/tools/summarize-document/inputs': [200, { data: [] }],
    'POST /api/v1/estimates': [200, quote()],
    'POST /api/v1/runs': () => [202, current],
    'GET /api/v1/runs/run_1': () => [200, current],
    ...more,
  });
}

const topic = () => screen.findByRole('textbox', { name: /^Topic/ });
const button = () => screen.getByTestId('run-button');
const starts = (asked: Asked[]) =>
  asked.filter(({ method, path }) => method === 'POST' && path === '/api/v1/runs');
const page = '/tools/summarize-document';

test('a run starts once, its steps are shown, and the focus stays on the button that stops it', async () => {
  const asked = serveTool({ 'POST /api/v1/runs/run_1/cancel': () => [202, current] });
  const { router } = renderAt(page);
  await userEvent.type(await topic(), 'Heat pumps');
  await waitFor(() =>
    expect(screen.getByTestId('estimate').textContent).toBe('Usually 9–21 credits · hold up to 62'),
  );
  await userEvent.dblClick(button());
  await waitFor(() => expect(router.state.location.search).toEqual({ run: 'run_1' }));
  expect(starts(asked)).toHaveLength(1);
  expect(starts(asked)[0]).toMatchObject({
    body: { tool: 'summarize-document', inputs: { topic: 'Heat pumps', length: 'short' } },
  });
  expect(starts(asked)[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  await waitFor(() => expect(button().textContent).toBe('Stop'));
  expect(document.activeElement).toBe(button());
  expect(asked.some(({ path }) => path.endsWith('/cancel'))).toBe(false);
  expect(screen.getByRole('tab', { name: 'Steps', selected: true })).toBeTruthy();
  const steps = await screen.findAllByTestId('step');
  expect(steps.map(({ textContent: text }) => text)).toEqual([
    'Read the documentRunning',
    'SummarizeNot started',
  ]);
  await userEvent.click(button());
  await waitFor(() => expect(button().textContent).toBe('Stopping…'));
  expect(asked.filter(({ path }) => path.endsWith('/cancel'))).toHaveLength(1);
});

test('a new revision reads the run again; its end is announced with its credits', async () => {
  serveTool();
  renderAt(`${page}?run=run_1`);
  await screen.findAllByTestId('step');
  const stream = FakeEventSource.at('/api/v1/runs/run_1/events');
  current = toolRun({
    steps: [step(1, 'Read the document', { credits: '0' }), step(2, 'Summarize', { attempt: 2 })],
  });
  const state = { state: 'running', reason: null, ahead: null, held: '60', step: 2 };
  act(() => stream.send('state', { ...state, revision: 2 }));
  expect(await screen.findByText('Done again after a restart.')).toBeTruthy();
  current = { ...current, state: 'succeeded', credits: '14', held: '0', can_stop: false };
  current.result = { kind: 'markdown', value: '**Brief** and clear', file_name: 'summary.md' };
  act(() => stream.send('finished', { run: current }));
  await waitFor(() =>
    expect(screen.getByTestId('live-region').textContent).toBe('Done, 14 credits'),
  );
  expect(FakeEventSource.open.some(({ url }) => url.includes('run_1'))).toBe(false);
  expect(button().textContent).toBe('Run again');
  await userEvent.click(screen.getByRole('button', { name: 'Show the results' }));
  expect((await screen.findByText('Brief')).tagName).toBe('STRONG');
});

test('a run that is opened brings its inputs along; a draft beside it survives a reload', async () => {
  serveTool();
  const first = renderAt(`${page}?run=run_1`);
  expect(((await topic()) as HTMLInputElement).value).toBe('Heat pumps');
  await userEvent.type(await topic(), '!');
  first.unmount();
  renderAt(`${page}?run=run_1`);
  expect(((await topic()) as HTMLInputElement).value).toBe('Heat pumps!');
});

test('what is missing is said at its field, and nothing is sent', async () => {
  const asked = serveTool();
  renderAt(page);
  await topic();
  await userEvent.click(button());
  expect(await screen.findByText('This is needed.')).toBeTruthy();
  expect(document.activeElement).toBe(await topic());
  expect(starts(asked)).toHaveLength(0);
});

test('the server’s sentence stands at its input, also in the folded part', async () => {
  const asked = serveTool({ 'POST /api/v1/runs': [422, invalid('/inputs/points', 'Too many.')] });
  renderAt(page);
  await userEvent.type(await topic(), 'x{Control>}{Enter}{/Control}');
  expect(await screen.findByText('Too many.')).toBeTruthy();
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Points' })),
  );
  expect(starts(asked)).toHaveLength(1);
  expect(screen.queryByText(/was not started/)).toBeNull();
});

test('a cap is sent, and the server’s sentence about it stands beside it', async () => {
  const asked = serveTool({ 'POST /api/v1/runs': [422, invalid('/max_credits', 'Below the least.')] });
  renderAt(page);
  await userEvent.type(await topic(), 'x');
  const cap = screen.getByRole('textbox', { name: 'Stop at' });
  await userEvent.type(cap, 'none');
  await userEvent.click(button());
  expect(await screen.findByText('A number of credits above zero.')).toBeTruthy();
  await userEvent.clear(cap);
  await userEvent.type(cap, '1200');
  await userEvent.click(button());
  expect(await screen.findByText('Below the least.')).toBeTruthy();
  expect((cap as HTMLInputElement).value).toBe('1,200');
  expect(starts(asked).map(({ body }) => body)).toMatchObject([{ max_credits: '1200' }]);
});

test('short of credits: the bar says what is missing, and the run may wait with its inputs', async () => {
  const refusal = { ...shortage(), can_wait: true, waiting: 3 };
  const asked = serveTool({
    'POST /api/v1/runs': ({ body }) => {
      if ((body as { when_short?: string }).when_short !== 'wait') return [402, refusal];
      current = toolRun({ state: 'waiting_for_credits', held: '0', steps: [] });
      current.queue = { ahead: 3, needed: '60' };
      return [202, current];
    },
    'GET /api/v1/credits': [200, poolOf('500')],
  });
  renderAt(page);
  await userEvent.type(await topic(), 'Heat pumps');
  act(() => FakeEventSource.at('/api/v1/events').send('balance', poolOf('12', { position: 11 })));
  await userEvent.click(button());
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('This needs a hold of 60 credits; 12 are available.')).toBeTruthy();
  expect(screen.getByText(/3 runs wait for credits before this one/)).toBeTruthy();
  expect(((await topic()) as HTMLInputElement).value).toBe('Heat pumps');
  expect(button().textContent).toBe('Start when credits are there');
  await userEvent.click(button());
  expect(await screen.findByText('Waits for credits, 3 before it.')).toBeTruthy();
  const keys = starts(asked).map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect(keys[0]).not.toBe(keys[1]);
  expect(button().textContent).toBe('Cancel');
});

test('a refusal stands although the credits would do, until there is a newer balance', () => {
  const behind = { ...shortage({ required: '60', available: '500', position: 11 }), waiting: 3 };
  expect(refusalStands(null, poolOf('500'))).toBe(false);
  expect(refusalStands(behind, null)).toBe(true);
  expect(refusalStands(behind, poolOf('500', { position: 10 }))).toBe(true);
  expect(refusalStands(behind, poolOf('500', { position: 11 }))).toBe(true);
  expect(refusalStands(behind, poolOf('500', { position: 12 }))).toBe(false);
  expect(refusalStands(behind, poolOf('59.999999', { position: 12 }))).toBe(true);
});

test('when too many wait, nothing can be started', async () => {
  const refusal = { ...shortage(), can_wait: false, waiting: 100 };
  const asked = serveTool({
    'POST /api/v1/runs': [402, refusal],
    'GET /api/v1/credits': [200, poolOf('12')],
  });
  renderAt(page);
  await userEvent.type(await topic(), 'x');
  await waitFor(() => expect(screen.getByTestId('estimate').textContent).toContain('62'));
  await userEvent.click(button());
  expect(await screen.findByText(/As many runs as can wait/)).toBeTruthy();
  expect(button().getAttribute('aria-disabled')).toBe('true');
  await userEvent.click(button());
  expect(starts(asked)).toHaveLength(1);
});

test('a large run is confirmed with its two numbers; a cap makes it smaller', async () => {
  const asked = serveTool({
    'POST /api/v1/estimates': [200, quote({ high: '2000', hold: '2400' })],
    'GET /api/v1/credits': [200, poolOf('3000')],
  });
  renderAt(page);
  await userEvent.type(await topic(), 'x');
  await waitFor(() => expect(screen.getByTestId('estimate').textContent).toContain('2,400'));
  await userEvent.click(button());
  expect(
    await screen.findByText(
      'This run may use up to 2,400 of your 3,000 available credits. Run it?',
    ),
  ).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(starts(asked)).toHaveLength(0);
  await userEvent.type(screen.getByRole('textbox', { name: 'Stop at' }), '1500');
  await userEvent.click(button());
  await waitFor(() => expect(starts(asked)).toHaveLength(1));
});

test('inputs are saved under a name and filled in again', async () => {
  const saved = { id: 'sin_1', name: 'Weekly', inputs: { topic: 'Sales' }, created_at: '2026-11-22T09:42:00Z' };
  const asked = serveTool({
    'POST /api/v1/tools/summarize-document/inputs': [201, saved],
    'GET /api/v1/tools/summarize-document/inputs': [200, { data: [saved] }],
  });
  renderAt(page);
  await userEvent.type(await topic(), 'Heat');
  await userEvent.click(screen.getByRole('button', { name: 'Save inputs' }));
  await userEvent.type(await screen.findByRole('textbox', { name: 'Name' }), 'Weekly{Enter}');
  await waitFor(() =>
    expect(asked.find(({ path, method }) => method === 'POST' && path.endsWith('/inputs'))?.body).toEqual({
      name: 'Weekly',
      inputs: { topic: 'Heat', length: 'short' },
    }),
  );
  expect(starts(asked)).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Saved inputs' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Use “Weekly”' }));
  expect(((await topic()) as HTMLInputElement).value).toBe('Sales');
});

test('the way to a schedule is there only for tools that can be scheduled', async () => {
  serveTool();
  const first = renderAt(page);
  const link = await screen.findByRole('link', { name: 'Schedule…' });
  expect(link.getAttribute('href')).toBe('/schedules/new?tool=summarize-document');
  first.unmount();
  serveTool({ 'GET /api/v1/tools/summarize-document': [200, tool({ schedulable: false })] });
  renderAt(page);
  await topic();
  expect(screen.queryByRole('link', { name: 'Schedule…' })).toBeNull();
});

test('an unknown estimate speaks of the rate card and is never a zero', () => {
  const nothing = { quote: null, incomplete: false, failed: false };
  const unknown = { usual: null };
  expect(estimateText(unknown, { ...nothing, incomplete: true })).toContain('by the rate card');
  expect(estimateText(unknown, { ...nothing, failed: true })).toContain('— credits');
  expect(estimateText(unknown, nothing)).toBe('Estimating…');
  expect(estimateText(tool(), { ...nothing, failed: true })).toBe(
    'Usually 8–20 credits · hold up to 60',
  );
  const byCard = { ...nothing, quote: quote({ basis: 'rate_card' }) };
  expect(estimateText(tool(), byCard)).toBe('9–21 credits by the rate card · hold up to 62');
});

/** Testing one step beside the editor, and what is said of a choice that nobody has made yet. */
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { type Asked, renderAt, serve } from './app';
import { poolOf, quote, shortage, tool, toolRun, workflow } from './samples';

const path = '/api/v1/workflows/wf_1/test-step';

function serveWorkflow(more: Parameters<typeof serve>[0] = {}): Asked[] {
  return serve({
    'GET /api/v1/workflows/wf_1': [200, workflow()],
    'GET /api/v1/tools': [200, { data: [tool()], refused: [] }],
    'GET /api/v1/tools/summarize-document': [200, tool()],
    'POST /api/v1/estimates': [
      200,
      quote({
        steps: [
          { name: 'Summarize', low: '4', high: '9' },
          { name: 'Ask Joule', low: '2', high: '3' },
        ],
      }),
    ],
    ...more,
  });
}

const tests = (asked: Asked[]) => asked.filter((one) => one.path === path);

async function openEditor() {
  const view = renderAt('/workflows/wf_1/edit');
  await screen.findAllByTestId('builder-step');
  return view;
}

const choose = (step: string) =>
  userEvent.selectOptions(screen.getByRole('combobox', { name: 'Step' }), step);
const press = (number: number) =>
  userEvent.click(screen.getByRole('button', { name: `Test step ${number} with last inputs` }));

// The one that was added last.
const step = () => within(screen.getAllByTestId('builder-step').at(-1) as HTMLElement);

test('a step says what it costs, is tested as it is kept, and its run is opened', async () => {
  const started = toolRun({ id: 'run_7' });
  const asked = serveWorkflow({
    [`POST ${path}`]: [202, { run: started, condition: null }],
    'GET /api/v1/runs/run_7': [200, started],
  });
  const { router } = await openEditor();
  await waitFor(() =>
    expect(screen.getByTestId('test-cost').textContent).toBe('Uses credits: 4–9 credits.'),
  );
  await choose('Step 2: Ask Joule');
  expect(screen.getByTestId('test-cost').textContent).toBe('Uses credits: 2–3 credits.');
  await press(2);
  await waitFor(() => expect(router.state.location.pathname).toBe('/runs/run_7'));
  expect(tests(asked)[0]?.body).toEqual({ step_id: 's2', definition: workflow().definition });
  expect(tests(asked)[0]?.key).toBeTruthy();
});

test('unsaved work is what is tested, and is not left for the run', async () => {
  const asked = serveWorkflow({
    [`POST ${path}`]: [202, { run: toolRun({ id: 'run_7' }), condition: null }],
  });
  const { router } = await openEditor();
  await userEvent.type(screen.getByRole('textbox', { name: 'What Joule is asked' }), ' Briefly.');
  await choose('Step 2: Ask Joule');
  await press(2);
  const link = await screen.findByRole('link', { name: 'Open its run in a new tab' });
  expect(link.getAttribute('href')).toBe('/runs/run_7');
  expect(router.state.location.pathname).toBe('/workflows/wf_1/edit');
  const sent = tests(asked)[0]?.body as { definition: { steps: { prompt?: string }[] } };
  expect(sent.definition.steps[1]?.prompt).toMatch(/ Briefly\.$/);
});

test('a condition is answered in place for nothing, even at zero', async () => {
  serveWorkflow({
    'GET /api/v1/credits': [200, poolOf('0', { state: 'paused' })],
    [`POST ${path}`]: [
      200,
      { run: null, condition: { held: false, left: 'the same as before', right: 'new' } },
    ],
  });
  await openEditor();
  await choose('Step 3: Only if new');
  expect(screen.getByTestId('test-cost').textContent).toBe('Looking at a condition uses no credits.');
  await press(3);
  expect(await screen.findByText('It does not hold: the workflow would end here.')).toBeTruthy();
  expect(screen.getByText('the same as before')).toBeTruthy();
});

test('without an earlier run and without credits it says so, and the step stays', async () => {
  let answer: [number, unknown] = [
    409,
    shortage({ status: 409, code: 'state_conflict', detail: 'There is no finished run yet.' }),
  ];
  serveWorkflow({ [`POST ${path}`]: () => answer });
  await openEditor();
  await press(1);
  expect(await screen.findByText('There is no finished run yet.')).toBeTruthy();
  answer = [402, shortage()];
  await press(1);
  await waitFor(() => expect(screen.queryByText('There is no finished run yet.')).toBeNull());
  expect(await screen.findByTestId('out-of-credits')).toBeTruthy();
});

test('a condition that was just added is wrong only once it was passed by, tested or saved', async () => {
  const asked = serveWorkflow();
  await openEditor();
  await userEvent.click(screen.getByRole('button', { name: 'Add a condition' }));
  expect(step().queryByText('Choose where this comes from.')).toBeNull();
  await choose('Step 4: Continue if…');
  await press(4);
  expect(screen.getByText('This step is not complete yet.')).toBeTruthy();
  expect(step().getByText('Choose where this comes from.')).toBeTruthy();
  expect(tests(asked)).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Add a condition' }));
  expect(step().queryByText('Choose where this comes from.')).toBeNull();
  step().getByRole('combobox', { name: /^Continue if/ }).focus();
  await userEvent.tab();
  expect(step().getByText('Choose where this comes from.')).toBeTruthy();
});

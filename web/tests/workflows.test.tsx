/** The screens of workflows: the editor by keyboard, saving, versions, and a run. */
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { type Asked, renderAt, serve } from './app';
import { quote, schedule, shortage, tool, toolRun, workflow } from './samples';

const edit = '/workflows/wf_1/edit';
const steps = () => screen.getAllByTestId('builder-step');
const names = () =>
  steps().map(
    (step) => within(step).getByRole<HTMLInputElement>('textbox', { name: 'Name of the step' }).value,
  );
const up = () => screen.getByRole('button', { name: 'Move “Ask Joule” up' });
const name = () =>
  screen.getByRole<HTMLInputElement>('textbox', { name: 'Name of the workflow' });
const said = () => screen.getByTestId('live-region').textContent;
const saves = (asked: Asked[]) => asked.filter(({ method }) => method === 'PATCH');

function serveWorkflow(more: Parameters<typeof serve>[0] = {}): Asked[] {
  return serve({
    'GET /api/v1/workflows/wf_1': [200, workflow()],
    'GET /api/v1/workflows': [200, { data: [workflow()] }],
    'GET /api/v1/tools': [200, { data: [tool()], refused: [] }],
    'GET /api/v1/tools/summarize-document': [200, tool()],
    'POST /api/v1/estimates': [
      200,
      quote({ basis: 'rate_card', steps: [{ name: 'Summarize', low: '4', high: '9' }] }),
    ],
    'PATCH /api/v1/workflows/wf_1': ({ body }) => [
      200,
      workflow({ ...(body as object), version: 4 }),
    ],
    ...more,
  });
}

async function openEditor(): Promise<void> {
  renderAt(edit);
  await screen.findAllByTestId('builder-step');
}

test('the editor estimates the draft, each step and all of them', async () => {
  const asked = serveWorkflow();
  await openEditor();
  await waitFor(() =>
    expect(screen.getByTestId('workflow-estimate').textContent).toBe('9–21 credits by the rate card'),
  );
  expect(screen.getByRole('list', { name: 'Estimate of each step' }).textContent).toBe(
    'Summarize4–9 credits',
  );
  expect(asked.find(({ path }) => path === '/api/v1/estimates')?.body).toEqual({
    kind: 'workflow',
    definition: workflow().definition,
    inputs: {},
  });
});

test('by keyboard: moving keeps the focus, says what was lost, and stops the saving until mended', async () => {
  const asked = serveWorkflow();
  await openEditor();
  up().focus();
  await userEvent.keyboard('{Enter}');
  expect(names()).toEqual(['Ask Joule', 'Summarize', 'Only if new']);
  expect(document.activeElement).toBe(up());
  await waitFor(() =>
    expect(said()).toBe(
      '“Ask Joule” is now step 1. One input now points to a later step and has to be chosen again.',
    ),
  );
  expect(screen.getByText('Step 2 does not come before this one. Choose again.')).toBeTruthy();
  await userEvent.click(screen.getByTestId('save-workflow'));
  expect(saves(asked)).toHaveLength(0);
  const wrong = screen.getByRole('combobox', { name: /^Material 1/ });
  await waitFor(() => expect(document.activeElement).toBe(wrong));
  await userEvent.selectOptions(wrong, 'From the form › Topic');
  await userEvent.click(screen.getByTestId('save-workflow'));
  await waitFor(() => expect(saves(asked)).toHaveLength(1));
  expect(saves(asked)[0]?.body).toMatchObject({
    version: 3,
    definition: { steps: [{ id: 's2', inputs: { topic: { from: 'inputs.topic' } } }, {}, {}] },
  });
  await waitFor(() => expect(said()).toBe('Saved as version 4.'));
});

test('a removed step comes back by Undo, to its place and with the focus', async () => {
  serveWorkflow();
  await openEditor();
  await userEvent.click(screen.getByRole('button', { name: 'Remove “Ask Joule”' }));
  expect(names()).toEqual(['Summarize', 'Only if new']);
  expect(screen.getByText('The step it used has been removed. Choose again.')).toBeTruthy();
  const undo = screen.getByRole('button', { name: 'Undo' });
  expect(document.activeElement).toBe(undo);
  await userEvent.keyboard('{Enter}');
  expect(names()).toEqual(['Summarize', 'Ask Joule', 'Only if new']);
  const second = within(steps()[1] as HTMLElement);
  const back = second.getByRole('textbox', { name: 'Name of the step' });
  expect(document.activeElement).toBe(back);
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
});

test('a tool is put in with a fixed value in its own widget, and a new workflow is made', async () => {
  const asked = serveWorkflow({ 'POST /api/v1/workflows': [201, workflow({ version: 1 })] });
  const { router } = renderAt('/workflows/new');
  await userEvent.type(await screen.findByRole('textbox', { name: 'Name of the workflow' }), 'Digest');
  await userEvent.click(screen.getByRole('button', { name: 'Add an AI Tool' }));
  await userEvent.click(await screen.findByRole('button', { name: /^Summarize a document/ }));
  const step = await screen.findByTestId('builder-step');
  const topic = within(step).getByRole('group', { name: 'Topic' });
  await userEvent.type(within(topic).getByRole('textbox', { name: /^Value/ }), 'Heat pumps');
  const length = within(step).getByRole('group', { name: 'Length' });
  const source = within(length).getByRole('combobox', { name: 'Length' });
  expect(within(source).getByRole('option', { name: 'As usual: Short' })).toBeTruthy();
  await userEvent.selectOptions(source, 'A fixed value');
  await userEvent.selectOptions(within(length).getByRole('combobox', { name: /^Value/ }), 'Very long');
  await userEvent.click(screen.getByTestId('save-workflow'));
  await waitFor(() => expect(router.state.location.pathname).toBe('/workflows/wf_1'));
  expect(asked.find(({ method, path }) => method === 'POST' && path === '/api/v1/workflows')?.body)
    .toEqual({
      name: 'Digest',
      definition: {
        inputs: [],
        steps: [
          {
            id: 's1',
            name: 'Summarize a document',
            kind: 'tool',
            tool: 'summarize-document',
            inputs: { topic: { value: 'Heat pumps' }, length: { value: 'very_long' } },
          },
        ],
      },
    });
});

test('the server’s mistakes stand at their fields, and the first one gets the focus', async () => {
  serveWorkflow({
    'PATCH /api/v1/workflows/wf_1': [
      422,
      {
        ...shortage({ status: 422, code: 'validation_failed' }),
        errors: [
          { pointer: '/definition/steps/1/prompt', code: 'required', detail: 'Please fill this in.' },
        ],
      },
    ],
  });
  await openEditor();
  const prompt = screen.getByRole('textbox', { name: 'What Joule is asked' });
  await userEvent.clear(prompt);
  await userEvent.click(screen.getByTestId('save-workflow'));
  expect(await screen.findByText('Please fill this in.')).toBeTruthy();
  await waitFor(() => expect(document.activeElement).toBe(prompt));
  await userEvent.type(prompt, 'Why?');
  expect(screen.queryByText('Please fill this in.')).toBeNull();
});

test('when somebody else has saved, nothing is overwritten and the newest can be loaded', async () => {
  let newest = workflow();
  serveWorkflow({
    'GET /api/v1/workflows/wf_1': () => [200, newest],
    'PATCH /api/v1/workflows/wf_1': [409, shortage({ status: 409, code: 'state_conflict' })],
  });
  await openEditor();
  await userEvent.type(name(), ' of mine');
  newest = workflow({ version: 4, name: 'Daily digest' });
  await userEvent.click(screen.getByTestId('save-workflow'));
  const alert = await screen.findByText('Somebody else has saved this workflow meanwhile');
  expect(alert).toBeTruthy();
  expect(name().value).toBe('Weekly digest of mine');
  await userEvent.click(screen.getByRole('button', { name: 'Load the newest version' }));
  await waitFor(() => expect(name().value).toBe('Daily digest'));
});

test('unsaved work is not left behind without asking', async () => {
  serveWorkflow();
  const { router } = renderAt(edit);
  await screen.findAllByTestId('builder-step');
  await userEvent.type(screen.getByRole('textbox', { name: 'Name of the workflow' }), '!');
  void router.navigate({ to: '/workflows' });
  expect(await screen.findByText('Leave without saving?')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Stay' }));
  expect(router.state.location.pathname).toBe(edit);
  void router.navigate({ to: '/workflows' });
  await userEvent.click(await screen.findByRole('button', { name: 'Leave' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/workflows'));
});

test('an old version is read and restored as the newest', async () => {
  const old = { version: 1, saved_by: 'Ben Carter', saved_at: '2026-11-20T09:00:00Z' };
  const asked = serveWorkflow({
    'GET /api/v1/workflows/wf_1/versions': [
      200,
      { data: [{ version: 3, saved_by: 'Mia Novak', saved_at: '2026-11-22T09:00:00Z' }, old] },
    ],
    'GET /api/v1/workflows/wf_1/versions/1': [200, { ...old, definition: workflow().definition }],
  });
  renderAt('/workflows/wf_1/versions');
  await userEvent.click(await screen.findByRole('link', { name: 'Show version 1' }));
  expect(await screen.findByText('Continue if Step 2 › result contains “new”')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Restore as a new version' }));
  await waitFor(() => expect(saves(asked)).toHaveLength(1));
  expect(saves(asked)[0]?.body).toEqual({ version: 3, definition: workflow().definition });
});

test('a workflow runs by its form, and its steps stand under their parts', async () => {
  const started = toolRun({
    kind: 'workflow',
    subject: 'wf_1',
    subject_name: 'Weekly digest',
    definition: { step_names: ['Summarize', 'Ask Joule', 'Only if new'], version: 3 },
    inputs: { topic: 'Tea' },
  });
  const asked = serveWorkflow({
    'POST /api/v1/runs': [202, started],
    'GET /api/v1/runs/run_1': [200, started],
  });
  const { router } = renderAt('/workflows/wf_1');
  await userEvent.type(await screen.findByRole('textbox', { name: /^Topic/ }), 'Tea');
  expect(screen.getByRole('link', { name: 'Schedule…' }).getAttribute('href')).toBe(
    '/schedules/new?workflow=wf_1',
  );
  expect(screen.queryByRole('button', { name: 'Save inputs' })).toBeNull();
  await userEvent.click(screen.getByTestId('run-button'));
  await waitFor(() => expect(router.state.location.search).toEqual({ run: 'run_1' }));
  const start = asked.find(({ method, path }) => method === 'POST' && path === '/api/v1/runs');
  expect(start?.body).toEqual({ workflow: 'wf_1', inputs: { topic: 'Tea' } });
  expect((await screen.findAllByText('Only if new')).length).toBeGreaterThan(0);
});

test('the list shows steps and schedule; who may not change a workflow is told who can', async () => {
  // She made it when she was a member: now she only reads.
  const others = workflow({ can_edit: false, owner: 'Vic Lund', owner_id: 'usr_3' });
  serveWorkflow({
    'GET /api/v1/workflows/wf_1': [200, others],
    'GET /api/v1/schedules': [200, { data: [schedule({ kind: 'workflow', subject: 'wf_1' })] }],
  });
  const first = renderAt('/workflows');
  const row = await screen.findByRole('row', { name: /Weekly digest/ });
  await waitFor(() => expect(row.textContent).toContain('Every Monday at 09:00'));
  first.unmount();
  const second = renderAt('/workflows/wf_1');
  expect(await screen.findByText(/Mia Novak can change it\./)).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'Edit' })).toBeNull();
  second.unmount();
  renderAt(edit);
  expect(await screen.findByText('Mia Novak can change it.')).toBeTruthy();
  expect(screen.queryByTestId('save-workflow')).toBeNull();
});

/** Schedules: the rule as a form, the preview, saving, and the buttons at an empty pool. */
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { firstRule, readRule, ruleOf, times, toggleDay, zonesWith } from '../src/features/schedules/rule';
import { bodyOf, checkSchedule, newValues, valuesOfSchedule } from '../src/features/schedules/values';
import { type Asked, renderAt, serve } from './app';
import { me, poolOf, run, schedule, shortage, tool, toolRun } from './samples';

const preview = {
  rule_text: 'Every Monday at 09:00, Europe/Berlin',
  next_runs: [
    { at: '2026-11-23T08:00:00Z', text: 'Mon 23 Nov 2026, 09:00' },
    { at: '2026-11-30T08:00:00Z', text: 'Mon 30 Nov 2026, 09:00' },
    { at: '2026-12-07T08:00:00Z', text: 'Mon 7 Dec 2026, 09:00' },
  ],
  usual: { low: '8', typical: '12', high: '20', hold: '60', basis: 'history' },
  projected_month: '600',
  dst_note: 'When clocks go back, it runs once, the first time.',
};

function serveSchedules(more: Parameters<typeof serve>[0] = {}): Asked[] {
  return serve({
    'GET /api/v1/schedules': [200, { data: [schedule()] }],
    'GET /api/v1/schedules/sch_1': [200, schedule()],
    'POST /api/v1/schedules/preview': [200, preview],
    'GET /api/v1/tools/summarize-document': [200, tool()],
    ...more,
  });
}

const posts = (asked: Asked[], path: string) =>
  asked.filter((one) => one.method !== 'GET' && one.path === `/api/v1/schedules${path}`);

test('a rule is sent with what its kind has, and read back the same', () => {
  const typed = { ...firstRule, minute: 45, at: '23:15', weekdays: ['friday', 'monday'], day: 31 } as const;
  expect(ruleOf({ ...typed, every: 'hourly' })).toEqual({ every: 'hourly', minute: 45 });
  expect(ruleOf({ ...typed, every: 'daily' })).toEqual({ every: 'daily', at: '23:15' });
  const weekly = { every: 'weekly', weekdays: ['monday', 'friday'], at: '23:15' };
  expect(ruleOf({ ...typed, every: 'weekly' })).toEqual(weekly);
  expect(ruleOf({ ...typed, every: 'monthly' })).toEqual({ every: 'monthly', day: 31, at: '23:15' });
  for (const rule of [weekly, { every: 'hourly', minute: 30 }, { every: 'monthly', day: 29, at: '00:00' }]) {
    expect(ruleOf(readRule(rule))).toEqual(rule);
  }
});

test('times are the 96 slots; days go in and out in the order of the week; every zone is there', () => {
  expect(times).toHaveLength(96);
  expect([times[0], times[37], times.at(-1)]).toEqual(['00:00', '09:15', '23:45']);
  const two = toggleDay(toggleDay(firstRule, 'sunday'), 'wednesday');
  expect(two.weekdays).toEqual(['monday', 'wednesday', 'sunday']);
  expect(toggleDay(two, 'monday').weekdays).toEqual(['wednesday', 'sunday']);
  expect(zonesWith('Mars/Base')).toEqual(expect.arrayContaining(['Mars/Base', 'UTC', 'Asia/Tokyo']));
});

test('what is wrong is told before sending; empty limits are none', () => {
  const values = newValues('Daily', 'Europe/Berlin');
  expect(checkSchedule(values)).toEqual({});
  const wrong = {
    ...values,
    name: ' ',
    zone: '',
    maxRuns: '0',
    cap: 'much',
    failureLimit: '21',
    rule: { ...firstRule, every: 'weekly', weekdays: [] } as const,
  };
  expect(Object.keys(checkSchedule(wrong)).toSorted()).toEqual(
    ['failure_limit', 'max_credits', 'max_runs', 'name', 'rule', 'zone'].toSorted(),
  );
  expect(bodyOf({ ...values, cap: '1,200', maxRuns: '12' }, { kind: 'workflow', id: 'wf_1' }, {})).toEqual({
    name: 'Daily',
    workflow: 'wf_1',
    inputs: {},
    rule: { every: 'daily', at: '09:00' },
    zone: 'Europe/Berlin',
    max_runs: 12,
    max_credits: '1200',
    failure_limit: 5,
  });
  expect(valuesOfSchedule(schedule())).toMatchObject({ maxRuns: '', cap: '', failureLimit: '5' });
});

test('the preview tells the next three runs and the credits a month, and follows the form', async () => {
  const asked = serveSchedules();
  renderAt('/schedules/new?tool=summarize-document');
  const card = await screen.findByTestId('schedule-preview');
  await waitFor(() => expect(card.textContent).toContain('Mon 7 Dec 2026, 09:00'));
  expect(within(card).getAllByRole('listitem')).toHaveLength(3);
  expect(card.textContent).toContain('About 600 credits a month.');
  expect(card.textContent).toContain('When clocks go back');
  // Without its inputs only the times are asked for.
  expect(posts(asked, '/preview').at(-1)?.body).toEqual({
    rule: { every: 'daily', at: '09:00' },
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  await userEvent.type(screen.getByRole('textbox', { name: /^Topic/ }), 'Tea');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'How often' }), 'Once a month');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: /^Day of the month/ }), '31');
  expect(screen.getByText('In shorter months it runs on their last day.')).toBeTruthy();
  await waitFor(() =>
    expect(posts(asked, '/preview').at(-1)?.body).toMatchObject({
      rule: { every: 'monthly', day: 31, at: '09:00' },
      tool: 'summarize-document',
      inputs: { topic: 'Tea', length: 'short' },
    }),
  );
  expect(posts(asked, '')).toHaveLength(0);
});

test('inputs from the page of the tool come along, and the schedule is made', async () => {
  const kept = { run: null, inputs: { topic: 'Heat pumps' } };
  localStorage.setItem('ampere.inputs.usr_1.summarize-document', JSON.stringify(kept));
  const asked = serveSchedules({ 'POST /api/v1/schedules': [201, schedule()] });
  const { router } = renderAt('/schedules/new?tool=summarize-document');
  const topic = await screen.findByRole<HTMLInputElement>('textbox', { name: /^Topic/ });
  expect(topic.value).toBe('Heat pumps');
  await userEvent.selectOptions(
    screen.getByRole('combobox', { name: 'How often' }),
    'On days of the week',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Monday' }));
  await userEvent.click(screen.getByTestId('save-schedule'));
  expect(await screen.findByText('Choose at least one day.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Friday' }));
  await userEvent.type(screen.getByRole('textbox', { name: /^Stop each run at/ }), '50');
  await userEvent.click(screen.getByTestId('save-schedule'));
  await waitFor(() => expect(router.state.location.pathname).toBe('/schedules/sch_1'));
  expect(posts(asked, '')).toMatchObject([
    {
      body: {
        tool: 'summarize-document',
        inputs: { topic: 'Heat pumps', length: 'short' },
        rule: { every: 'weekly', weekdays: ['friday'], at: '09:00' },
        max_credits: '50',
        max_runs: null,
        failure_limit: 5,
      },
    },
  ]);
});

test('the server’s sentence about the zone stands at the zone', async () => {
  const errors = [{ pointer: '/zone', code: 'invalid_value', detail: 'No such zone.' }];
  const refused = { ...shortage({ status: 422, code: 'validation_failed' }), errors };
  serveSchedules({ 'PATCH /api/v1/schedules/sch_1': [422, refused] });
  renderAt('/schedules/sch_1');
  const zone = await screen.findByRole('combobox', { name: 'Time zone' });
  await userEvent.clear(zone);
  await userEvent.type(zone, 'Mars/Base');
  await userEvent.click(screen.getByTestId('save-schedule'));
  expect(await screen.findByText('No such zone.')).toBeTruthy();
  expect(document.activeElement).toBe(zone);
});

test('a run meanwhile is no conflict, an edit of somebody else is', async () => {
  let newest = schedule({ updated_at: '2026-11-23T08:00:00Z', runs: 3 });
  const asked = serveSchedules({
    'GET /api/v1/schedules/sch_1': () => [200, posts(asked, '/sch_1').length > 0 ? newest : schedule()],
    'PATCH /api/v1/schedules/sch_1': ({ body }) =>
      (body as { updated_at: string }).updated_at === newest.updated_at && newest.runs === 3
        ? [200, newest]
        : [409, shortage({ status: 409, code: 'state_conflict' })],
  });
  renderAt('/schedules/sch_1');
  await userEvent.click(await screen.findByTestId('save-schedule'));
  expect(await screen.findByText('Saved.', { selector: 'p' })).toBeTruthy();
  expect(posts(asked, '/sch_1')).toHaveLength(2);
  newest = schedule({ name: 'Theirs', runs: 4, updated_at: '2026-11-23T09:00:00Z' });
  await userEvent.click(screen.getByTestId('save-schedule'));
  expect(await screen.findByText('This schedule has changed meanwhile')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Load it as it is now' }));
  await waitFor(() =>
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name of the schedule' }).value).toBe(
      'Theirs',
    ),
  );
});

test('Run now at an empty pool: what is missing is said, and the run may wait', async () => {
  const waiting = toolRun({ state: 'waiting_for_credits', steps: [] });
  const asked = serveSchedules({
    'POST /api/v1/schedules/sch_1/run-now': ({ body }) =>
      (body as { when_short: string }).when_short === 'wait'
        ? [202, waiting]
        : [402, { ...shortage(), can_wait: true, waiting: 0 }],
    'GET /api/v1/credits': [200, poolOf('12')],
    'GET /api/v1/runs/run_1': [200, waiting],
  });
  const { router } = renderAt('/schedules/sch_1');
  await userEvent.click(await screen.findByRole('button', { name: 'Run now' }));
  expect(await screen.findByTestId('out-of-credits')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Start when credits are there' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/runs/run_1'));
  const keys = posts(asked, '/sch_1/run-now').map(({ key }) => key);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(2);
});

test('paused for credits: the reason stands there, and resuming shows what is needed first', async () => {
  const note = 'Paused: not enough credits on 21 Nov, 09:00. Nothing was run or charged.';
  const paused = schedule({ state: 'paused_no_credits', note, next_at: null, next_runs: [] });
  const asked = serveSchedules({
    'GET /api/v1/schedules/sch_1': [200, paused],
    'POST /api/v1/schedules/sch_1/resume': [402, shortage()],
    'GET /api/v1/credits': [200, poolOf('12')],
  });
  renderAt('/schedules/sch_1');
  expect(await screen.findByText(note)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Resume' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('The next run needs a hold of 60 credits.');
  await waitFor(() => expect(dialog.textContent).toContain('12 credits are available now.'));
  expect(dialog.textContent).toContain('Missed runs are not made up.');
  expect(posts(asked, '/sch_1/resume')).toHaveLength(0);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Resume' }));
  expect(await within(dialog).findByTestId('out-of-credits')).toBeTruthy();
});

test('deleting asks first and says that the runs stay', async () => {
  const asked = serveSchedules({ 'DELETE /api/v1/schedules/sch_1': [204, null] });
  const { router } = renderAt('/schedules/sch_1');
  await userEvent.click(await screen.findByRole('button', { name: 'Delete' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('Its runs and their receipts stay.');
  expect(posts(asked, '/sch_1')).toHaveLength(0);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/schedules'));
});

test('who may not change a schedule sees it without buttons and form', async () => {
  serveSchedules({
    'GET /api/v1/schedules/sch_1': [200, schedule({ can_edit: false, owner: 'Ben Carter', owner_id: 'usr_2', inputs: null })],
  });
  renderAt('/schedules/sch_1');
  const whom = 'Mia Novak or Ben Carter can change it. Nobody else sees the inputs.';
  expect(await screen.findByText(whom)).toBeTruthy();
  expect(screen.getByRole('link', { name: 'Its runs' }).getAttribute('href')).toContain('schedule=sch_1');
  expect(screen.queryByRole('button', { name: 'Run now' })).toBeNull();
  expect(screen.queryByTestId('save-schedule')).toBeNull();
});

test('Home lists what stands still, each with its reason and one action for those who may', async () => {
  const note = 'Paused after 5 failures in a row.';
  const paused = run({ kind: 'tool', title: 'Digest', state: 'paused_no_credits', started_by_id: 'usr_2', started_by: 'Ben Carter' });
  const asked = serveSchedules({
    'GET /api/v1/auth/me': [200, me({ role: 'member', rights: ['start_work'] })],
    'GET /api/v1/runs': ({ search }) => [
      200,
      { data: search.includes('paused_no_credits') ? [paused] : [], next_cursor: null },
    ],
    'GET /api/v1/schedules': [
      200,
      { data: [schedule(), schedule({ id: 'sch_2', name: 'Broken', state: 'needs_attention', note })] },
    ],
    'POST /api/v1/schedules/sch_2/resume': [200, schedule({ id: 'sch_2', name: 'Broken' })],
  });
  renderAt('/');
  const list = await screen.findByTestId('needs-attention');
  await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(2));
  await within(list).findByText('Mia Novak or Ben Carter can resume it.');
  expect(list.textContent).toContain(note);
  expect(within(list).queryByRole('button', { name: 'Resume “Digest”' })).toBeNull();
  await userEvent.click(within(list).getByRole('button', { name: 'Resume “Broken”' }));
  await waitFor(() => expect(posts(asked, '/sch_2/resume')).toHaveLength(1));
});

/**
 * A schedule from a tool: its times in words and credits a month before it is made, Run now,
 * pause and resume, its history; short of credits Run now waits in line and is served by a
 * purchase. That it starts and pauses by the clock is journey m-schedule-clock.
 */
import assert from 'node:assert/strict';
import { smallTrial } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { chooses, modelIsReady, paysWith, setUp } from '../support/people.mjs';
import { page, Site } from '../support/site.mjs';
import { ended, fillIn, openTool, runOf } from '../support/work.mjs';
import { becomes, until } from '../support/until.mjs';

const PAGE = page('Bakery Kornblume', [
  'The bakery Kornblume opens at 6 in the morning.', 'A loaf of rye bread costs 4.20 euros.',
]);

journey('A schedule: planned in words, run now, paused and resumed, waiting for credits', async (story) => {
  const site = await Site.start({ '/bakery': PAGE });
  story.finally(() => site.stop());
  const server = await story.server({ env: site.allowed, catalog: smallTrial('45') });
  const owner = await story.person(server);
  const told = { story, server, owner, site, page: owner.page };
  await story.step('From a tool to a schedule: the inputs come along', () => begins(told));
  await story.step('The preview says when, in words, and what a month comes to', () => isPreviewed(told));
  await story.step('Run now is a run of it, by the same gate', () => runsNow(told));
  await story.step('Pause and resume; missed runs are not made up, and it says so', () => pauses(told));
  await story.step('Its runs are in the list of runs', () => hasHistory(told));
  await story.step('Short of credits Run now is refused, or waits in line', () => runsDry(told));
  await story.step('After a purchase it runs by itself', () => isServed(told));
  await story.step('Deleted, its runs stay', () => isDeleted(told));
});

async function begins({ story, server, owner, site, page: window }) {
  await setUp(owner, server);
  await modelIsReady(owner);
  await openTool(window, 'Answer from a page');
  await fillIn(window, { Page: site.address('/bakery'), Question: 'What does rye bread cost?' });
  await window.getByRole('link', { name: 'Schedule…' }).click();
  await window.getByRole('heading', { level: 1, name: 'Schedule Answer from a page' }).waitFor();
  assert.equal(await window.getByLabel(/^Page/).inputValue(), site.address('/bakery'));
  assert.equal(await window.getByLabel('Time zone').inputValue(), 'Europe/Berlin');
  story.saw('the form opens with the tool’s inputs and the browser’s zone');
}

async function isPreviewed(told) {
  const { story, owner, page: window } = told;
  const preview = window.getByTestId('schedule-preview');
  await window.getByRole('combobox', { name: 'How often' }).selectOption('monthly');
  await window.getByRole('combobox', { name: 'Day of the month' }).selectOption('31');
  await window.getByText('In shorter months it runs on their last day.').waitFor();
  await window.getByRole('combobox', { name: 'At', exact: true }).selectOption('09:15');
  await until('the preview to tell of the 31st', async () =>
    /31/.test(await preview.innerText()) && /09:15/.test(await preview.innerText()) || null);
  const runs = await preview.getByRole('listitem').allInnerTexts();
  assert.equal(runs.length, 3);
  assert.ok(runs.every((text) => /\d{4}, 09:15/.test(text)), runs.join());
  await preview.getByText(/About [\d.,]+ credits a month\./).waitFor();
  story.saw(`“${(await preview.innerText()).split('\n').filter(Boolean).slice(0, 7).join(' · ')}”`);
  await window.getByRole('textbox', { name: 'Name of the schedule' }).fill('Bread watch');
  await window.getByTestId('save-schedule').click();
  await window.getByRole('heading', { level: 1, name: 'Bread watch' }).waitFor();
  const { data } = await owner.api.get('/schedules');
  told.id = data[0].id;
  assert.deepEqual(data.map(({ name, state, zone, runs: count }) => [name, state, zone, count]),
    [['Bread watch', 'active', 'Europe/Berlin', 0]]);
}

async function runsNow(told) {
  const { story, owner, page: window } = told;
  await window.getByRole('button', { name: 'Run now' }).click();
  await window.waitForURL(/\/runs\/run_/);
  const run = await ended(owner, runOf(window));
  assert.equal(run.state, 'succeeded');
  assert.deepEqual([run.trigger, run.subject], ['person', 'answer-from-page']);
  assert.match(run.result.value, /Source: Bakery Kornblume/);
  told.run = run;
  story.saw(`${run.trigger}: ${run.credits} credits`);
}

async function pauses({ story, owner, page: window, id }) {
  await window.goto(`/schedules/${id}`);
  await window.getByRole('button', { name: 'Pause' }).click();
  await window.getByRole('button', { name: 'Resume' }).waitFor();
  const paused = await owner.api.get(`/schedules/${id}`);
  assert.equal(paused.state, 'paused');
  await window.getByRole('button', { name: 'Resume' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByText('It goes on with the next run. Missed runs are not made up.').waitFor();
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await window.getByRole('button', { name: 'Pause' }).waitFor();
  const active = await owner.api.get(`/schedules/${id}`);
  assert.equal(active.state, 'active');
  assert.equal(active.next_runs.length, 3);
  story.saw(`paused, then active again; next ${active.next_runs[0].text}`);
}

async function hasHistory({ story, page: window, run }) {
  await window.getByRole('link', { name: 'Its runs' }).click();
  await window.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  await becomes('the run to be listed', () => window.locator('tbody tr').count(), 1);
  await window.locator(`a[href="/runs/${run.id}"]`).first().waitFor();
  story.saw('what a person ran now stands among its runs');
}

async function runsDry(told) {
  const { story, owner, page: window, id } = told;
  owner.expect(/status of 402 .*\/run-now/);
  const { status, body } = await owner.api.ask('POST', `/schedules/${id}/run-now`, {});
  assert.equal(status, 402);
  assert.equal(body.code, 'insufficient_credits');
  await window.goto(`/schedules/${id}`);
  await window.getByRole('button', { name: 'Run now' }).click();
  await window.getByTestId('out-of-credits').waitFor();
  await window.getByRole('button', { name: 'Start when credits are there' }).click();
  await window.waitForURL(/\/runs\/run_/);
  told.waiting = runOf(window);
  const run = await owner.api.get(`/runs/${told.waiting}`);
  assert.equal(run.state, 'waiting_for_credits');
  story.saw(`402, ${body.required} required; Run now waits in line`);
}

async function isServed(told) {
  const { story, owner, page: window, id, waiting } = told;
  const buyer = await owner.openTab('/billing?buy=1');
  await chooses(buyer, /^5,000 credits/);
  await paysWith(buyer, /4242/);
  await buyer.getByTestId('credits-added').waitFor();
  await buyer.close();
  const run = await ended(owner, waiting);
  assert.equal(run.state, 'succeeded', `${run.state} ${run.reason}`);
  const { state, failures } = await owner.api.get(`/schedules/${id}`);
  assert.deepEqual([state, failures], ['active', 0], 'lack of credits is no failure');
  await window.goto('/schedules');
  const row = window.getByRole('row').filter({ hasText: 'Bread watch' });
  await row.filter({ hasText: 'Active' }).waitFor();
  assert.match(await row.innerText(), /about [\d.,]+ credits?/);
  story.saw(`the run went on by itself; the list says: ${(await row.innerText()).replaceAll(/\s+/g, ' ')}`);
}

async function isDeleted({ story, server, owner, page: window, id, run }) {
  await window.goto(`/schedules/${id}`);
  await window.getByRole('button', { name: 'Delete' }).click();
  await window.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await window.waitForURL(/\/schedules$/);
  assert.deepEqual((await owner.api.get('/schedules')).data, []);
  assert.equal((await owner.api.get(`/runs/${run.id}/receipt`)).used, run.credits, 'receipts stay');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

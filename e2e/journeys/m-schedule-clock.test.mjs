/**
 * A schedule by the clock: the server's own clock comes to its slot. Short of credits it pauses
 * there and says so; a purchase makes it go on by itself; the missed run is not made up; the next
 * slot runs, with the real local model.
 */
import assert from 'node:assert/strict';
import { smallTrial } from '../support/catalogs.mjs';
import { clockAt } from '../support/clock.mjs';
import { journey } from '../support/journey.mjs';
import { chooses, modelIsReady, paysWith, setUp } from '../support/people.mjs';
import { photograph } from '../support/screens.mjs';
import { page as sitePage, Site } from '../support/site.mjs';
import { ended } from '../support/work.mjs';
import { until } from '../support/until.mjs';

const PAGE = sitePage('Bakery Kornblume', ['A loaf of rye bread costs 4.20 euros.']);
/** 09:00 in Berlin, where the schedule is. */
const SLOT = '08:00:00';

journey('A schedule by the clock: paused for credits at its slot, resumed by a purchase', async (story) => {
  const site = await Site.start({ '/bakery': PAGE });
  story.finally(() => site.stop());
  const env = { ...site.allowed, ...clockAt('2026-11-24 06:00:00') };
  const server = await story.server({ env, catalog: smallTrial('1') });
  const owner = await story.person(server);
  const told = { story, server, owner, site, page: owner.page };
  await story.step('A schedule for nine every morning', () => begins(told));
  await story.step('At its slot it pauses for lack of credits, and the page says so', () => pauses(told));
  await story.step('A purchase makes it go on by itself; the missed run is not made up', () => resumes(told));
  await story.step('The next morning it runs by itself', () => runs(told));
});

async function begins(told) {
  const { server, owner, site, page } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  await page.goto('/schedules/new?tool=answer-from-page');
  await page.getByLabel(/^Page/).fill(site.address('/bakery'));
  await page.getByLabel(/^Question/).fill('What does rye bread cost?');
  await page.getByRole('combobox', { name: 'How often' }).selectOption('daily');
  await page.getByRole('combobox', { name: 'At', exact: true }).selectOption('09:00');
  await page.getByRole('textbox', { name: 'Name of the schedule' }).fill('Bread every morning');
  await page.getByTestId('save-schedule').click();
  await page.getByRole('heading', { level: 1, name: 'Bread every morning' }).waitFor();
  const { data } = await owner.api.get('/schedules');
  told.id = data[0].id;
  assert.equal(data[0].next_runs[0].at, `2026-11-24T${SLOT}Z`);
}

/** The same server, at another time. */
async function wakesAt(server, shows) {
  await server.interrupt();
  Object.assign(server.env, clockAt(shows));
  await server.restart();
}

async function pauses({ story, server, owner, page, id }) {
  await wakesAt(server, '2026-11-24 07:59:55');
  await until('the slot to pass', async () =>
    (await owner.api.get(`/schedules/${id}`)).state === 'paused_no_credits' || null);
  await page.goto(`/schedules/${id}`);
  await page.getByText(/Paused: not enough credits on .*Nothing was run or charged\./).first().waitFor();
  const { state, runs, failures } = await owner.api.get(`/schedules/${id}`);
  assert.deepEqual([state, runs, failures], ['paused_no_credits', 0, 0]);
  assert.deepEqual((await owner.api.get(`/runs?schedule_id=${id}`)).data, []);
  await photograph(page, 'schedule-paused-by-the-clock');
  story.saw((await page.getByText(/Paused: not enough credits/).first().innerText()).trim());
}

async function resumes({ story, owner, page, id }) {
  const buyer = await owner.openTab('/billing?buy=1');
  await chooses(buyer, /^5,000 credits/);
  await paysWith(buyer, /4242/);
  await buyer.getByTestId('credits-added').waitFor();
  await buyer.close();
  // The page that was open all the time.
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  const { state, runs, next_runs: next } = await owner.api.get(`/schedules/${id}`);
  assert.deepEqual([state, runs, next[0].at], ['active', 0, `2026-11-25T${SLOT}Z`]);
  story.saw(`active again, no run made up; next ${next[0].text}`);
}

async function runs({ story, server, owner, page, id }) {
  await wakesAt(server, '2026-11-25 07:59:50');
  await modelIsReady(owner);
  const [run] = await until('the slot’s run', async () => {
    const { data } = await owner.api.get(`/runs?schedule_id=${id}`);
    return data.length > 0 ? data : null;
  });
  const done = await ended(owner, run.id);
  assert.deepEqual([done.state, done.trigger], ['succeeded', 'schedule']);
  await page.goto(`/runs?schedule=${id}`);
  await page.getByText('Schedule of').first().waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`${done.credits} credits at 09:00; ampere verify: ${said.trim().split('\n').at(-1)}`);
}

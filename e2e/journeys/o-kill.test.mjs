/**
 * kill −9 of the server in the middle of a tool, of a workflow's second step, and of background
 * work: the next server settles what was delivered once and takes the run up where it was, steps
 * that were done are not done again, and the worker's log has each call once.
 */
import assert from 'node:assert/strict';
import { built } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { ANSWER_MS, atRest, badge, modelIsReady, setUp, SHORT } from '../support/people.mjs';
import { page, Site } from '../support/site.mjs';
import { ended } from '../support/work.mjs';
import { until } from '../support/until.mjs';

const PAGES = {
  '/one': page('Bakery Kornblume', ['The bakery opens at 6 in the morning.', 'A loaf of rye bread costs 4.20 euros.']),
  '/two': page('Mill Bread', ['Mill Bread opens at 8 in the morning.', 'A loaf of rye bread costs 5.90 euros.']),
};
const QUESTION = { name: 'question', label: 'Question', kind: 'long_text', required: true };
const ask = (id, prompt, from) => ({ id, name: `Ask ${id}`, kind: 'prompt', prompt, inputs: { material: { from } } });
const WORKFLOW = {
  inputs: [QUESTION],
  steps: [
    ask('s1', 'Write two sentences about this.', 'inputs.question'),
    ask('s2', 'Write a long story about this, with many details.', 's1.result'),
    ask('s3', 'Say in one sentence what this is about.', 's2.result'),
  ],
};

journey('kill −9 in a tool, a workflow and background work', async (story) => {
  const site = await Site.start(PAGES);
  story.finally(() => site.stop());
  const server = await story.server({ env: site.allowed, catalog: built });
  const owner = await story.person(server);
  const told = { story, server, owner, site, page: owner.page };
  await story.step('Killed in the middle of a tool, it is taken up and finished', () => inTool(told));
  await story.step('Killed in a workflow’s second step, the first is kept', () => inWorkflow(told));
  await story.step('Killed in background work, nothing is made or charged twice', () => inBackground(told));
  await story.step('The worker’s log has each call once', () => isOnce(told));
  await story.step('The open page has found back by itself', () => findsBack(told));
});

/**
 * Starts a run, kills the server when `caught` says so of it, starts it again. A run may end
 * before: then another one is started. Gives the run as it was and as it ended.
 */
async function killed({ server, owner }, body, caught) {
  for (let tries = 0; tries < 5; tries += 1) {
    const { id } = await owner.api.post('/runs', body);
    const before = await until('the run to be in the middle, or to end', async () => {
      const run = await owner.api.get(`/runs/${id}`);
      return caught(run) || run.ended_at !== null ? run : null;
    }, ANSWER_MS);
    if (before.ended_at !== null) continue;
    await server.kill();
    await server.restart();
    const after = await ended(owner, id);
    return { before, after };
  }
  return assert.fail('no run was ever caught in its middle');
}

const done = ({ state, kind }) => state === 'succeeded' && ['prompt', 'answer'].includes(kind);

/** What was done stays as it was and is done once; what was cut off is done again. */
function isTakenUp({ before, after }) {
  assert.deepEqual([after.state, after.reason], ['succeeded', 'completed'], JSON.stringify(after.steps));
  for (const step of before.steps.filter(({ state }) => state === 'succeeded')) {
    const kept = after.steps.filter(({ name, part }) => name === step.name && part === step.part);
    assert.equal(kept.length, 1, `“${step.name}” was done once`);
    assert.deepEqual([kept[0].attempt, kept[0].result], [1, step.result]);
  }
  assert.ok(after.steps.some(({ attempt }) => attempt > 1), 'the step that was cut off is marked as done again');
}

async function isSettledOnce({ server, owner }, { after }) {
  const receipt = await owner.api.get(`/runs/${after.id}/receipt`);
  assert.equal(receipt.used, after.credits);
  assert.ok(receipt.holds.every(({ ended_at: end }) => end !== null));
  const { data } = await owner.api.get('/credits/ledger?limit=100');
  const kinds = data.filter(({ run_id: id }) => id === after.id).map(({ kind }) => kind);
  const ends = kinds.filter((kind) => ['settled', 'released', 'lapsed'].includes(kind));
  assert.equal(ends.length, receipt.holds.length, `each hold ended once: ${kinds.join(', ')}`);
  assert.equal((await atRest(owner)).held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  return `${receipt.holds.length} holds, ${kinds.toReversed().join(', ')}; ${said.trim().split('\n').at(-1)}`;
}

async function inTool(told) {
  const { story, server, owner, site } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  owner.expect(/net::ERR_/);
  const body = {
    tool: 'brief-from-pages',
    inputs: { question: 'What does rye bread cost?', pages: [site.address('/one'), site.address('/two')] },
  };
  const caught = ({ steps }) => steps.filter(done).length >= 1 && steps.at(-1).state === 'running';
  const runs = await killed(told, body, caught);
  isTakenUp(runs);
  const asked = site.asked.length;
  const books = await isSettledOnce(told, runs);
  story.saw(`killed in “${runs.before.steps.at(-1).name}”, ended ${runs.after.state} after ${runs.after.steps.length} steps; ${asked} pages fetched in all; ${books}`);
}

async function inWorkflow(told) {
  const { story, owner } = told;
  await modelIsReady(owner);
  const { id } = await owner.api.post('/workflows', { name: 'Three questions', definition: WORKFLOW });
  const body = { workflow: id, inputs: { question: 'A lighthouse keeper and a storm.' } };
  const caught = ({ steps }) => steps.some(({ part, state }) => part === 2 && state === 'running');
  const runs = await killed(told, body, caught);
  isTakenUp(runs);
  assert.deepEqual([...new Set(runs.after.steps.map(({ part }) => part))], [1, 2, 3]);
  const books = await isSettledOnce(told, runs);
  story.saw(`killed in “${runs.before.steps.at(-1).name}”; ${runs.after.steps.map(({ name, attempt }) => `${name}${attempt > 1 ? ` (attempt ${attempt})` : ''}`).join(', ')}; ${books}`);
}

async function inBackground(told) {
  const { story, server, owner } = told;
  await modelIsReady(owner);
  const list = async () => (await owner.api.get('/runs?kind=background&limit=50')).data;
  const session = await owner.api.post('/sessions', {});
  let cut = null;
  for (let tries = 0; tries < 5 && cut === null; tries += 1) {
    const known = (await list()).length;
    await owner.api.post(`/sessions/${session.id}/messages`, { text: 'What is rye bread?' });
    const found = await until('a background run at work, or all done', async () => {
      const runs = await list();
      const working = runs.find(({ ended_at: end }) => end === null);
      const { waiting } = await owner.api.get('/usage/background');
      const over = runs.length > known && waiting === 0;
      return working || over ? { working } : null;
    }, ANSWER_MS);
    cut = found.working ?? null;
  }
  assert.ok(cut, 'no background run was ever caught');
  await server.kill();
  await server.restart();
  await modelIsReady(owner);
  // What could not go on while the model started is looked at again when something happens.
  await owner.api.post(`/sessions/${session.id}/messages`, { text: SHORT });
  await until('all background work to have ended', async () => {
    const { waiting } = await owner.api.get('/usage/background');
    return (waiting === 0 && (await list()).every(({ ended_at: end }) => end !== null)) || null;
  }, ANSWER_MS);
  const runs = await list();
  const after = await owner.api.get(`/runs/${cut.id}`);
  const made = runs.filter(({ subject, state }) => subject === cut.subject && state === 'succeeded');
  const books = await isSettledOnce(told, { after });
  story.saw(`${cut.subject} was cut: ${after.state} (${after.reason}), ${after.credits} credits; ${made.length} of its kind succeeded, ${runs.length} runs in all; ${books}`);
}

async function isOnce({ story, server }) {
  const ids = (await server.calls()).map(({ call }) => call).filter(Boolean);
  assert.equal(new Set(ids).size, ids.length, ids.join(', '));
  story.saw(`${ids.length} calls, each once`);
}

async function findsBack({ story, owner, page: window }) {
  const balance = await owner.api.get('/credits');
  await until('the badge to be live and right again', async () =>
    (await badge(window).getAttribute('data-state')) !== 'stale'
    && (await badge(window).getAttribute('data-position')) === String(balance.position) || null);
  story.saw(`the badge says ${await badge(window).innerText()} without a reload`);
}

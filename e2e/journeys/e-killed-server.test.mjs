/**
 * kill −9 of the server in mid-answer: its worker goes with it, the next server settles the
 * message exactly once and keeps what was delivered, and the open page finds its way back.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import {
  ANSWER_MS, answers, ask, badge, badgeTells, inMidAnswer, letters, modelIsReady, sessionOf, setUp, textOf,
  written,
} from '../support/people.mjs';
import { untilGone } from '../support/processes.mjs';
import { until } from '../support/until.mjs';

/** The answer is recorded twice a second; what was shown just before may be lost. */
const FIRST_WORDS = 60;

journey('kill −9 of the server in mid-answer', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('The server is killed while the answer grows', () => isKilled(told));
  await story.step('Its worker is gone with it', () => workerIsGone(told));
  await story.step('The next server has settled the message once, estimated', () => isSettled(told));
  await story.step('The open page finds back by itself, still logged in', () => findsBack(told));
  await story.step('The books verify, and stay as they are over another start', () => verifies(told));
  await story.step('Work goes on', () => goesOn(told));
});

async function isKilled(told) {
  const { story, server, owner, page } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  told.workers = server.workers();
  assert.equal(told.workers.length, 1);
  owner.expect(/net::ERR_/);
  // A model may end while all this is looked at: then there was no middle, and it is asked again.
  for (let tries = 0; tries < 5 && told.run?.state !== 'running'; tries += 1) {
    const answer = await inMidAnswer(page, 200);
    told.session = sessionOf(page);
    await isRecorded(owner, told.session);
    told.shown = await textOf(answer);
    told.during = await owner.api.get('/credits');
    told.run = (await owner.api.get('/runs?limit=1')).data[0];
  }
  await server.kill();
  assert.equal(told.run.state, 'running', 'killed in mid-answer');
  assert.ok(Number(told.during.held) > 0, 'credits are held while it works');
  story.saw(`killed at ${told.shown.length} characters, ${told.during.held} credits held`);
}

async function isRecorded({ api }, session) {
  await until('the first words to be recorded', async () => {
    const { data } = await api.get(`/sessions/${session}/messages`);
    return data.at(-1).text.length >= FIRST_WORDS;
  });
}

async function workerIsGone({ story, workers }) {
  await untilGone(workers, 'the worker of the dead server');
  story.saw(`worker ${workers[0]} ended when its server did`);
}

async function isSettled(told) {
  const { story, server, owner, session, run, shown, during } = told;
  const milliseconds = await server.restart();
  const ended = await owner.api.get(`/runs/${run.id}`);
  assert.equal(ended.state, 'failed');
  assert.equal(ended.reason, 'server_restarted');
  assert.equal(ended.estimated, true);
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  assert.equal(receipt.holds.length, 1);
  assert.ok(receipt.holds[0].ended_at !== null);
  assert.ok(Number(receipt.used) > 0);
  assert.ok(receipt.lines.every(({ estimated }) => estimated));
  const balance = await owner.api.get('/credits');
  assert.equal(balance.held, '0');
  assert.equal(balance.position, during.position + 1, 'one entry settled it');
  const { data } = await owner.api.get(`/sessions/${session}/messages`);
  told.kept = data.at(-1).text;
  assert.ok(told.kept.length >= FIRST_WORDS, `only ${told.kept.length} characters are kept`);
  assert.equal(letters(told.kept).slice(0, 40), letters(shown).slice(0, 40));
  told.settled = balance;
  told.receipt = receipt;
  story.saw(`up again after ${Math.round(milliseconds)} ms: ${receipt.used} used (estimated), ${receipt.given_back} given back, ${told.kept.length} of ${shown.length} characters kept`);
}

async function findsBack(told) {
  const { story, owner, page, settled, receipt, kept } = told;
  const answer = answers(page).last();
  await answer.getByText('The server was restarted while this was being written.').waitFor({ timeout: ANSWER_MS });
  await answer.getByTestId('answer-credits').getByText(`${written(receipt.used)} credits (estimated)`).waitFor();
  await until('the badge to be live again', async () =>
    (await badge(page).getAttribute('data-state')) !== 'stale');
  await badgeTells(page, settled);
  await page.reload();
  await answer.getByTestId('answer-credits').waitFor();
  assert.equal(letters(await textOf(answer)), letters(kept));
  assert.equal((await owner.api.get('/auth/me')).user.operator, true, 'the log-in is still valid');
  assert.ok(!page.url().includes('/login'));
  story.saw('the page showed the end and the true badge without a reload; after a reload the text is what is kept');
}

async function verifies(told) {
  const { story, server, owner, settled, run } = told;
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  await server.interrupt();
  await server.restart();
  assert.equal((await owner.api.get('/credits')).position, settled.position, 'settled once, not again');
  const ledger = await owner.api.get('/credits/ledger?limit=50');
  const kinds = ledger.data.filter(({ run_id: id }) => id === run.id).map(({ kind }) => kind);
  assert.equal(kinds.filter((kind) => kind === 'settled').length, 1, kinds.join(', '));
  assert.equal(kinds.filter((kind) => ['released', 'lapsed'].includes(kind)).length, 0);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}; the run’s entries: ${kinds.toReversed().join(', ')}`);
  const after = await server.command(['verify']);
  assert.equal(after.code, 0, after.said);
}

async function goesOn({ story, owner, page, session }) {
  await modelIsReady(owner);
  await page.goto(`/sessions/${session}`);
  await answers(page).last().waitFor();
  await ask(page, 'Say hello in one short sentence.');
  assert.equal((await owner.api.get('/runs?limit=1')).data[0].state, 'succeeded');
  story.saw('the next question in the same session is answered');
}

/**
 * Background work as it comes: a title, suggested follow-ups and a summary for a conversation, on
 * an allowance of its own, each piece a run with a receipt; switched off, nothing more.
 */
import assert from 'node:assert/strict';
import { built } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import {
  ANSWER_MS, answered, ask, atRest, composer, modelIsReady, send, sessionOf, setUp, SHORT, written,
} from '../support/people.mjs';
import { until } from '../support/until.mjs';

const QUESTION = 'How do I bake rye bread?';

journey('Background work: a title, follow-ups, their receipts, and the switch', async (story) => {
  const server = await story.server({ catalog: built });
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('After the first answer the session has a title of its own', () => isTitled(told));
  await story.step('A suggestion fills the composer and sends nothing', () => isSuggested(told));
  await story.step('Each piece is a run with a receipt, in its own row', () => hasReceipts(told));
  await story.step('Usage shows the allowance and what is used of it; the pool is as it was', () => isShown(told));
  await story.step('Switched off, there are no new background runs', () => isOff(told));
  await story.step('The books are right', () => booksAreRight(told));
});

/** Everything that background work has to do is done. */
async function isDone(owner) {
  return until('background work to be done', async () => {
    const usage = await owner.api.get('/usage/background');
    const { data } = await owner.api.get('/runs?kind=background&limit=50');
    return usage.waiting === 0 && data.every(({ ended_at: end }) => end !== null) ? data : null;
  }, ANSWER_MS);
}

async function isTitled(told) {
  const { story, server, owner, page } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  await ask(page, QUESTION);
  told.session = sessionOf(page);
  told.message = (await owner.api.get('/runs?kind=message&limit=1')).data[0];
  await until('background runs', async () =>
    (await owner.api.get('/runs?kind=background')).data.length > 0 || null, ANSWER_MS);
  told.runs = await isDone(owner);
  const made = told.runs.find(({ subject }) => subject === 'title');
  assert.ok(made, 'a title was asked for');
  const { title } = await owner.api.get(`/sessions/${told.session}`);
  assert.ok(title.length > 0 && title.length <= 80);
  // What a small model writes may be of no use: then the question stays the title.
  assert.equal(title !== QUESTION, made.state === 'succeeded', `${made.state}: ${title}`);
  await page.getByText(title).first().waitFor();
  story.saw(`${made.state} (${made.reason}): the session is called “${title}”; ${told.runs.length} background runs`);
}

async function isSuggested({ story, owner, page, session, runs }) {
  const made = runs.find(({ subject }) => subject === 'follow_ups');
  assert.ok(made, 'follow-ups were asked for');
  const { data } = await owner.api.get(`/sessions/${session}/messages`);
  const questions = data.at(-1).follow_ups;
  // A small model may write nothing that can be used: then nothing is shown, and that is told.
  if (questions.length === 0) {
    assert.equal(await page.getByRole('group', { name: 'Suggested follow-ups' }).count(), 0);
    story.saw(`the model wrote none that could be used (${made.state}, ${made.reason})`);
    return;
  }
  const group = page.getByRole('group', { name: 'Suggested follow-ups' });
  await group.getByRole('button').first().waitFor();
  assert.deepEqual(await group.getByRole('button').allInnerTexts(), questions);
  const before = (await owner.api.get('/runs?limit=1')).data[0].id;
  await group.getByRole('button').first().click();
  assert.equal(await composer(page).inputValue(), questions[0]);
  assert.equal((await owner.api.get('/runs?limit=1')).data[0].id, before, 'nothing was sent');
  await composer(page).fill('');
  story.saw(`${questions.length}: ${questions.map((one) => `“${one}”`).join(' ')}`);
}

async function hasReceipts({ story, server, owner, page, runs }) {
  const calls = (await server.calls()).map(({ call }) => call);
  for (const { id, credits } of runs) {
    const receipt = await owner.api.get(`/runs/${id}/receipt`);
    assert.equal(receipt.used, credits);
    assert.ok(receipt.paid_from.every(({ class: from, label }) => /background/i.test(`${from} ${label}`)));
    assert.ok(calls.some((call) => call?.startsWith(`${id}:`)), 'the worker has its call');
  }
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('combobox', { name: 'What' }).selectOption('background');
  await until('each to have its row', async () =>
    (await page.locator('tbody tr').count()) === runs.length || null);
  const rows = await page.locator('tbody tr').allInnerTexts();
  assert.ok(rows.every((text) => text.includes('Background work')), rows.join('\n'));
  await page.locator(`a[href="/runs/${runs[0].id}"]`).first().click();
  await page.getByRole('link', { name: 'Receipt' }).click();
  await page.getByRole('heading', { name: new RegExp(`^${written(runs[0].credits)} credits used`) }).waitFor();
  story.saw(rows.map((row) => row.replaceAll(/\s+/g, ' ')).join(' | '));
}

async function isShown({ story, owner, page, message, runs }) {
  const usage = await owner.api.get('/usage/background');
  assert.equal(usage.allowance, '20', '2 % of 1,000');
  const used = runs.reduce((sum, { credits }) => sum + Math.round(Number(credits) * 1e6), 0);
  assert.equal(Math.round(Number(usage.used) * 1e6), used);
  assert.equal(usage.credits_from_pool, '0');
  assert.equal(usage.runs, runs.length);
  const balance = await atRest(owner);
  const left = 1000 - Number(message.credits);
  assert.equal(Number(balance.available).toFixed(6), left.toFixed(6), 'the pool paid for the message only');
  await page.getByRole('link', { name: 'Usage', exact: true }).first().click();
  const section = page.getByTestId('background-left');
  await section.getByText(/left/).waitFor();
  await page.getByText(`${written(usage.used)} of 20 credits used`).waitFor();
  const summary = await owner.api.get('/usage/summary');
  assert.ok(summary.sources.some(({ source, name }) => /background/i.test(`${source} ${name}`)), JSON.stringify(summary.sources));
  story.saw(`${usage.used} of ${usage.allowance} used by ${usage.runs} runs; ${await section.innerText()}`);
}

async function isOff({ story, owner, page, session, runs }) {
  for (const name of ['Session titles', 'Suggested follow-ups', 'Session summaries']) {
    await page.getByRole('switch', { name }).click();
    await until(`${name} to be off`, async () =>
      (await page.getByRole('switch', { name }).isChecked()) === false || null);
  }
  const { settings } = await owner.api.get('/usage/background');
  assert.deepEqual([settings.titles, settings.follow_ups, settings.summaries], [false, false, false]);
  await page.goto(`/sessions/${session}`);
  await send(page, SHORT);
  await answered(page, 2);
  const after = await isDone(owner);
  assert.equal(after.length, runs.length, 'no new background run');
  story.saw('off: the next answer brought none');
}

async function booksAreRight({ story, server, owner }) {
  assert.equal((await atRest(owner)).held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

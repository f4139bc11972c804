/**
 * An answer outlives the page that asked for it: reload in its middle, a second tab, Stop,
 * Retry, a closed tab. Nothing is said twice, nothing is missing, everything is settled.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import {
  answers, ANSWER_MS, inMidAnswer, lastRun, letters, MEDIUM, modelIsReady, sessionOf, setUp, textOf,
  written,
} from '../support/people.mjs';
import { until } from '../support/until.mjs';

const STOPS_WITHIN_MS = 5_000;

journey('Reload in mid-answer, a second tab, Stop, Retry, a closed tab', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('A reload in the middle goes on where the answer is', () => reloads(told));
  await story.step('Both tabs end with exactly the text that is kept', () => sameText(told));
  await story.step('Stop ends it soon and charges what was delivered', () => stops(told));
  await story.step('Retry is a new run with its own receipt', () => retries(told));
  await story.step('A closed tab changes nothing: the run settles', () => closes(told));
  await story.step('The books are right', () => booksAreRight(told));
});

async function reloads(told) {
  const { story, server, owner, page } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  // A model may end while the page loads: then there was no middle, and it is asked again.
  for (let tries = 0; tries < 5 && !told.middle; tries += 1) {
    await inMidAnswer(page);
    const before = await answerTextOf(page);
    await page.reload();
    await answers(page).last().waitFor();
    told.middle = await page.getByTestId('working').count() === 1 && before;
  }
  assert.ok(told.middle, 'never caught an answer in its middle');
  told.session = sessionOf(page);
  told.index = await answers(page).count();
  told.second = await owner.openTab(`/sessions/${told.session}`);
  await until('the reloaded page to have at least what was there', async () => (await answerTextOf(page)).length >= told.middle.length);
  assert.ok((await answerTextOf(page)).startsWith(told.middle.slice(0, 80)));
  story.saw(`reloaded at ${told.middle.length} characters; it goes on growing`);
}

async function sameText(told) {
  const { story, owner, page, second, session, index } = told;
  // A small model may write until its limit; this is enough to compare.
  await until('much more text, or the end', async () => {
    const length = (await answerTextOf(page)).length;
    return length > told.middle.length + 300 || (await page.getByTestId('working').count()) === 0;
  }, ANSWER_MS);
  const stop = page.getByTestId('working').getByRole('button', { name: 'Stop' });
  if (await stop.count()) await stop.click();
  for (const tab of [page, second]) {
    await answers(tab).nth(index - 1).getByTestId('answer-credits').waitFor({ timeout: ANSWER_MS });
  }
  await lastRun(owner);
  const { data } = await owner.api.get(`/sessions/${session}/messages`);
  const kept = data.filter(({ role }) => role === 'assistant').at(-1).text;
  const fresh = await owner.openTab(`/sessions/${session}`);
  await answers(fresh).nth(index - 1).getByTestId('answer-credits').waitFor();
  const wanted = await answerTextOf(fresh);
  assert.ok(kept.length > 100);
  assert.equal(letters(wanted), letters(kept), 'a page that only read it shows what is kept');
  for (const [tab, name] of [[page, 'the reloaded tab'], [second, 'the second tab']]) {
    assert.equal(await answerTextOf(tab), wanted, `${name} shows the text that is kept`);
    assert.equal(await answers(tab).count(), index, `${name} shows each answer once`);
  }
  await fresh.close();
  story.saw(`${kept.length} characters kept, alike in the reloaded tab, the second tab and a fresh one`);
}

async function stops(told) {
  const { story, owner, page } = told;
  const before = await owner.api.get('/credits');
  await inMidAnswer(page, 60);
  const begun = performance.now();
  await page.getByTestId('working').getByRole('button', { name: 'Stop' }).click();
  await page.getByTestId('working').waitFor({ state: 'detached' });
  const milliseconds = Math.round(performance.now() - begun);
  assert.ok(milliseconds < STOPS_WITHIN_MS, `it took ${milliseconds} ms`);
  const run = await lastRun(owner);
  if (run.reason !== 'completed') {
    assert.equal(run.state, 'cancelled');
    assert.equal(run.reason, 'stopped');
    await answers(page).last().getByText('Stopped.').waitFor();
  }
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  const output = receipt.lines.find(({ measure }) => measure === 'output_tokens');
  assert.ok(output.quantity > 0 && output.quantity < 1024);
  assert.ok(Number(receipt.used) > 0 && Number(receipt.given_back) > 0);
  const after = await owner.api.get('/credits');
  assert.equal(after.held, '0');
  assert.ok(Number(after.available) < Number(before.available));
  story.saw(`${run.reason} after ${milliseconds} ms: ${output.quantity} tokens out, ${receipt.used} used, ${receipt.given_back} given back`);
}

async function retries(told) {
  const { story, owner, page } = told;
  const first = await lastRun(owner);
  const count = await answers(page).count();
  await answers(page).last().getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await until('one more answer', async () => (await answers(page).count()) === count + 1);
  await until('it to begin', async () => (await answerTextOf(page)).length > 20, ANSWER_MS);
  const stop = page.getByTestId('working').getByRole('button', { name: 'Stop' });
  if (await stop.count()) await stop.click().catch(() => {});
  await answers(page).nth(count).getByTestId('answer-credits').waitFor({ timeout: ANSWER_MS });
  const second = await lastRun(owner);
  assert.notEqual(second.id, first.id);
  const receipts = await Promise.all([first, second].map(({ id }) => owner.api.get(`/runs/${id}/receipt`)));
  assert.equal(receipts[0].used, first.credits, 'the first receipt stays as it was');
  const questions = await page.getByRole('article', { name: 'You' }).count();
  const { data } = await owner.api.get(`/sessions/${sessionOf(page)}/messages`);
  assert.equal(data.filter(({ role }) => role === 'user').length, questions);
  assert.equal(data.filter(({ role }) => role === 'assistant').length, count + 1);
  story.saw(`two receipts: ${receipts.map(({ used }) => written(used)).join(' and ')} credits`);
}

async function closes(told) {
  const { story, owner, second } = told;
  await inMidAnswer(second, 20, MEDIUM);
  const { data } = await owner.api.get('/runs?limit=1');
  await second.close();
  const run = await lastRun(owner);
  assert.equal(run.id, data[0].id);
  assert.ok(['succeeded', 'cancelled'].includes(run.state), run.state);
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  assert.equal(receipt.estimated, false);
  assert.ok(Number(receipt.used) > 0);
  story.saw(`the tab was closed in the middle; the run ${run.state} by itself for ${run.credits}`);
}

async function booksAreRight({ story, server, owner }) {
  const balance = await owner.api.get('/credits');
  assert.equal(balance.held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

const answerTextOf = (page) => textOf(answers(page).last());

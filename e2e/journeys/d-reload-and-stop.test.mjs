/**
 * An answer outlives the page that asked for it: reload in its middle, a second tab, Stop,
 * Retry, a closed tab. Nothing is said twice, nothing is missing, everything is settled.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import {
  answers, ANSWER_MS, atRest, inMidAnswer, lastRun, letters, MEDIUM, modelIsReady, pressEscape,
  sendButton, sessionOf, setUp, stopButton, stopIfWorking, stoppedInMidAnswer, textOf, written,
} from '../support/people.mjs';
import { becomes, until } from '../support/until.mjs';

/** Between being asked and having ended: the server’s own times, so that a slow page is no matter. */
const STOPS_WITHIN_MS = 5_000;

journey('Reload in mid-answer, a second tab, Stop, Retry, a closed tab', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('A reload in the middle goes on where the answer is', () => reloads(told));
  await story.step('Both tabs end with exactly the text that is kept', () => sameText(told));
  await story.step('Stop keeps its place, ends it soon and charges what was delivered', () => stops(told));
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
  const begun = letters(told.middle).slice(0, 60);
  await until('the reloaded page to have at least what was there', async () =>
    letters(await answerTextOf(page)).length >= letters(told.middle).length);
  assert.ok(letters(await answerTextOf(page)).startsWith(begun));
  story.saw(`reloaded at ${told.middle.length} characters; it goes on growing`);
}

async function sameText(told) {
  const { story, owner, page, second, session, index } = told;
  // A small model may write until its limit; this is enough to compare.
  await until('much more text, or the end', async () => {
    const length = (await answerTextOf(page)).length;
    return length > told.middle.length + 300 || (await page.getByTestId('working').count()) === 0;
  }, ANSWER_MS);
  await stopIfWorking(page, answers(page).nth(index - 1));
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
    await becomes(`${name} to show the text that is kept`, () => answerTextOf(tab), wanted);
    assert.equal(await answers(tab).count(), index, `${name} shows each answer once`);
  }
  await fresh.close();
  story.saw(`${kept.length} characters kept, alike in the reloaded tab, the second tab and a fresh one`);
}

async function stops(told) {
  const { story, owner, page } = told;
  const before = await owner.api.get('/credits');
  await noteStop(page);
  const { answer, run } = await stoppedInMidAnswer(owner, { least: 300 });
  const { places, askedAt } = await page.evaluate(() => globalThis.stopSeen);
  assert.deepEqual(places.length, 1, `Stop was at ${places.join(' and ')}`);
  const milliseconds = Date.parse(run.ended_at) - askedAt;
  assert.ok(milliseconds < STOPS_WITHIN_MS, `it took ${milliseconds} ms`);
  assert.equal(run.state, 'cancelled');
  await answer.getByText('Stopped.', { exact: true }).waitFor();
  assert.equal(await stopButton(page).count(), 0);
  await sendButton(page).waitFor();
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  const output = receipt.lines.find(({ measure }) => measure === 'output_tokens');
  assert.ok(output.quantity > 0 && output.quantity < 1024);
  assert.ok(Number(receipt.used) > 0 && Number(receipt.given_back) > 0);
  const after = await atRest(owner);
  assert.ok(Number(after.available) < Number(before.available));
  story.saw(`${run.reason} after ${milliseconds} ms: ${output.quantity} tokens out, ${receipt.used} used, ${receipt.given_back} given back`);
}

/** Notes every place that Stop has had in the window, and when it was last pressed. */
async function noteStop(page) {
  await page.evaluate(() => {
    const seen = { places: [], askedAt: 0 };
    globalThis.stopSeen = seen;
    const stop = () => document.querySelector('[aria-keyshortcuts="Escape"]');
    new MutationObserver(() => {
      const box = stop()?.getBoundingClientRect();
      const place = box && `${Math.round(box.x)}, ${Math.round(box.y)}, ${Math.round(box.width)} wide`;
      if (place && !seen.places.includes(place)) seen.places.push(place);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    document.addEventListener('click', ({ target }) => {
      if (stop()?.contains(target)) seen.askedAt = Date.now();
    }, true);
  });
}

async function retries(told) {
  const { story, owner, page } = told;
  const first = await lastRun(owner);
  const count = await answers(page).count();
  await answers(page).last().getByRole('button', { name: 'Retry' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await becomes('one more answer', () => answers(page).count(), count + 1);
  const answer = answers(page).nth(count);
  await until('it to begin, or to end', async () =>
    (await answer.getByTestId('answer-text').innerText()).length > 20
    || (await answer.getByTestId('answer-credits').count()) > 0 || null, ANSWER_MS);
  await stopIfWorking(page, answer, pressEscape);
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
  const { story, owner, page, second } = told;
  await becomes('the second tab to know all answers', () => answers(second).count(), await answers(page).count());
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

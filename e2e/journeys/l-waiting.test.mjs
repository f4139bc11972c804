/**
 * Waiting for credits: with an empty pool a tool's page says what is missing and offers to wait.
 * Runs wait in their order, one is cancelled, a purchase lets the other run by itself.
 */
import assert from 'node:assert/strict';
import { smallTrial } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import {
  chooses, modelIsReady, outOfCredits, paysWith, setUp, SHORT, usesUp, written,
} from '../support/people.mjs';
import {
  ended, fillIn, openTool, resultText, runButton, runOf, standing,
} from '../support/work.mjs';
import { becomes, until } from '../support/until.mjs';

const NOTES = 'The flour comes on Friday. Please be there at six.';
// Every byte may be a token: so much text needs a larger hold than the trial has.
const MANY_NOTES = Array.from({ length: 30 }, (_, week) => `Week ${week + 1}: ${NOTES}`).join('\n');

journey('Waiting for credits: two tools in line, one cancelled, one served by a purchase', async (story) => {
  const server = await story.server({ catalog: smallTrial('6') });
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('A run that is too large is refused with the missing amount', () => isShort(told));
  await story.step('It may wait: the first in line', () => waitsFirst(told));
  await story.step('At zero a second tool waits behind it', () => waitsSecond(told));
  await story.step('Both stand in the list of runs; chat is not queued', () => isListed(told));
  await story.step('The first is cancelled: nothing charged, the second is next', () => isCancelled(told));
  await story.step('A purchase lets the second run by itself', () => isServed(told));
  await story.step('The books are right', () => booksAreRight(told));
});

async function isShort({ story, server, owner, page }) {
  await setUp(owner, server);
  await modelIsReady(owner);
  await openTool(page, 'Draft an e-mail');
  await fillIn(page, { Notes: MANY_NOTES });
  owner.expect(/status of 402 .*\/runs/);
  const { available, position } = await owner.api.get('/credits');
  await runButton(page).click();
  const numbers = outOfCredits(page).getByText(/^This needs a hold of [\d.,]+ credits; /);
  await numbers.waitFor();
  const said = await numbers.innerText();
  assert.ok(said.endsWith(`; ${written(available)} are available.`), said);
  await page.getByText('Your inputs are kept. The run can wait: it starts by itself').waitFor();
  assert.equal(await page.getByRole('textbox', { name: /^Notes/ }).inputValue(), MANY_NOTES);
  assert.equal((await owner.api.get('/credits')).position, position, 'nothing was booked');
  await becomes('the button to offer it', () => runButton(page).innerText(), 'Start when credits are there');
  story.saw(`“${said}”`);
}

/** Presses the button, gives the run that waits now. */
async function waits({ owner, page }) {
  const before = runOf(page);
  await runButton(page).click();
  const id = await until('the address to name the run', () => {
    const now = runOf(page);
    return now !== null && now !== before ? now : null;
  });
  const run = await owner.api.get(`/runs/${id}`);
  assert.equal(run.state, 'waiting_for_credits');
  assert.deepEqual([run.credits, run.held], ['0', '0'], 'waiting holds nothing');
  return run;
}

async function waitsFirst(told) {
  const { story, page } = told;
  told.first = await waits(told);
  assert.equal(told.first.queue.ahead, 0);
  await standing(page).getByText('Waits for credits, next in line.').waitFor();
  await standing(page).getByText(`It needs a hold of ${written(told.first.queue.needed)} credits.`).waitFor();
  assert.equal(await runButton(page).innerText(), 'Cancel');
  story.saw(`“${(await standing(page).innerText()).replaceAll('\n', ' ')}”`);
}

async function waitsSecond(told) {
  const { story, owner, page } = told;
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  const count = await usesUp(owner, SHORT);
  await openTool(page, 'Rewrite for a channel');
  await outOfCredits(page).waitFor();
  await fillIn(page, { Text: `${NOTES} ${NOTES}`, Channel: 'team chat' });
  assert.equal(await runButton(page).innerText(), 'Start when credits are there');
  told.second = await waits(told);
  assert.equal(told.second.queue.ahead, 1);
  await standing(page).getByText('Waits for credits, 1 before it.').waitFor();
  story.saw(`after ${count} answers the pool is empty; the second run has 1 before it`);
}

async function isListed({ story, owner, page, first, second }) {
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('combobox', { name: 'State' }).selectOption('waiting_for_credits');
  const rows = page.locator('tbody tr');
  await becomes('two runs to wait', () => rows.count(), 2);
  const names = await rows.allInnerTexts();
  assert.match(names.join(), /Rewrite for a channel.*Draft an e-mail/s);
  const { id } = await owner.api.post('/sessions', {});
  const { status } = await owner.api.ask('POST', `/sessions/${id}/messages`, { text: SHORT });
  assert.equal(status, 402, 'a message is refused, not queued');
  const { data } = await owner.api.get('/runs?state=waiting_for_credits');
  assert.deepEqual(data.map((run) => run.id), [second.id, first.id]);
  story.saw('Runs filtered by “Waiting for credits” shows two; a message is refused with 402');
}

async function isCancelled({ story, owner, page, first, second }) {
  await page.locator(`a[href="/runs/${first.id}"]`).first().click();
  await standing(page).getByRole('button', { name: 'Cancel' }).click();
  const run = await ended(owner, first.id);
  assert.deepEqual([run.state, run.reason, run.credits], ['cancelled', 'stopped', '0']);
  await page.goto(`/runs/${second.id}`);
  await standing(page).getByText('Waits for credits, next in line.').waitFor();
  story.saw('cancelled with nothing charged; the other is next in line');
}

async function isServed(told) {
  const { story, owner, page, second } = told;
  await page.evaluate(() => (globalThis.neverReloaded = true));
  const buyer = await owner.openTab('/billing?buy=1');
  await chooses(buyer, /^5,000 credits/);
  await paysWith(buyer, /4242/);
  await buyer.getByTestId('credits-added').getByText('5,000 credits added').waitFor();
  const run = await ended(owner, second.id);
  assert.equal(run.state, 'succeeded', `${run.state} ${run.reason}`);
  await page.getByRole('link', { name: 'Receipt' }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.neverReloaded), true);
  const text = await resultText(page);
  assert.ok(text.length > 20);
  await buyer.close();
  const cancelled = await owner.api.get(`/runs/${told.first.id}`);
  assert.equal(cancelled.state, 'cancelled', 'the cancelled one stays so');
  story.saw(`it ran by itself for ${run.credits} credits; its page showed it without a reload`);
}

async function booksAreRight({ story, server, owner, second }) {
  const balance = await owner.api.get('/credits');
  assert.equal(balance.held, '0');
  const receipt = await owner.api.get(`/runs/${second.id}/receipt`);
  assert.ok(Number(receipt.used) > 0);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

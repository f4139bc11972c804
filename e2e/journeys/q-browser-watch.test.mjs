/**
 * A browser session with a task, watched: the price before, the picture and the log while the
 * agent works, the credits counting up, the answer, the recording and the receipt afterwards.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { bakery } from '../support/bakery.mjs';
import { journey } from '../support/journey.mjs';
import { atRest, setUp, written } from '../support/people.mjs';
import {
  begin, isMarked, log, logHas, picture, pictureChanges, press, receiptAddsUp, recording, usedSoFar,
} from '../support/session.mjs';
import { Site } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { ended, openTab, receiptPanel, resultText } from '../support/work.mjs';

const TASK = 'What does a loaf of rye bread cost?';

journey('A browser session with a task, watched from its start to its receipt', async (story) => {
  const site = await Site.start(bakery);
  story.finally(() => site.stop());
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ env: { ...site.allowed, ...agent.env } });
  const owner = await story.person(server);
  const told = { story, server, owner, site, agent, page: owner.page };
  await story.step('Home and AI Tools lead to it; the price is shown before', () => isPriced(told));
  await story.step('It starts, and the page is to be seen', () => starts(told));
  await story.step('The agent acts: the picture changes, the log grows, credits count up', () => acts(told));
  await story.step('It ends with an answer', () => answers(told));
  await story.step('Its recording is walked through, by keyboard too', () => isRecorded(told));
  await story.step('The receipt adds up to the second', () => isCharged(told));
  await story.step('Nothing of the browser is left, and the books are right', () => isOver(told));
});

async function isPriced({ story, server, owner, site, page }) {
  await setUp(owner, server);
  await page.getByRole('link', { name: /^Browser session/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Browser session' }).waitFor();
  const before = await owner.api.get('/credits');
  await page.getByRole('textbox', { name: 'Task' }).fill(TASK);
  await page.getByRole('textbox', { name: 'Start address' }).fill(site.address('/'));
  const range = page.getByTestId('estimate').getByText(/^\d.* credits/);
  await range.waitFor();
  story.saw(`“${await page.getByTestId('estimate').innerText()}”`);
  assert.equal((await owner.api.get('/credits')).position, before.position, 'asking spends nothing');
  await page.goto('/tools');
  await page.getByRole('link', { name: 'Start a browser session' }).click();
  const task = await page.getByRole('textbox', { name: 'Task' }).inputValue();
  assert.equal(task, TASK, 'what was written is kept');
}

async function starts(told) {
  const { story, site, agent, page } = told;
  const begun = performance.now();
  told.run = await begin(page, { task: TASK, address: site.address('/'), minutes: 10 });
  told.first = await pictureChanges(page);
  const milliseconds = Math.round(performance.now() - begun);
  await isMarked(page, 'Working');
  await page.getByTestId('browser-standing').getByText('Joule is in control. You are watching.').waitFor();
  await page.getByTestId('browser-address').getByText(site.address('/')).waitFor();
  await until('the picture’s words', async () =>
    (await picture(page).getAttribute('alt')) === 'The page as it is now: Bakery Kornblume');
  assert.match(await agent.page(), /Good bread since 1921/);
  assert.match((await agent.asked()).messages.map(({ content }) => content).join(), new RegExp(TASK.slice(0, 20)));
  const size = await picture(page).evaluate((image) => [image.naturalWidth, image.naturalHeight]);
  story.saw(`picture of ${size.join(' × ')} after ${milliseconds} ms, of a page the agent reads as text`);
}

async function acts(told) {
  const { story, agent, page } = told;
  await page.evaluate(() => (globalThis.neverReloaded = true));
  const before = await usedSoFar(page);
  await agent.clicks('Prices', 'To find the price');
  await pictureChanges(page, told.first);
  await logHas(page, 'Clicked “Prices”');
  await page.getByTestId('browser-address').getByText('Prices', { exact: true }).waitFor();
  assert.match(await agent.page(), /rye bread costs 4\.20/);
  await until('the credits to count up', async () => (await usedSoFar(page)) > before || null);
  const some = await usedSoFar(page);
  await until('the credits to count up with time', async () => (await usedSoFar(page)) > some || null);
  const lines = await log(page);
  assert.ok(lines.some((line) => line === 'Clicked “Prices”: To find the price'), lines.join(' | '));
  assert.equal(await page.evaluate(() => globalThis.neverReloaded), true);
  const count = (await page.getByTestId('browser-count').innerText()).replaceAll('\n', ' ');
  assert.match(count, /3 credits per minute · [\d.]+ so far · no cap set/);
  story.saw(`log: ${lines.join(' · ')}; “${count}”`);
}

async function answers(told) {
  const { story, owner, agent, page, run } = told;
  await agent.clicks('Opening hours', 'To say when');
  await logHas(page, 'To say when');
  await agent.calls('note', { text: 'Rye bread: 4.20 euros' });
  await agent.calls('done', { answer: 'A loaf of rye bread costs **4.20 euros**.' });
  told.ended = await ended(owner, run);
  assert.equal(told.ended.state, 'succeeded', `${told.ended.state} ${told.ended.reason}`);
  await recording(page).waitFor();
  const text = await resultText(page);
  assert.match(text, /A loaf of rye bread costs 4\.20 euros\./);
  assert.match(text, /Rye bread: 4\.20 euros/);
  assert.equal(await page.evaluate(() => globalThis.neverReloaded), true);
  await page.getByTestId('live-region').getByText(/^Done\. /).waitFor();
  story.saw(`“${text.replaceAll(/\s+/g, ' ')}”, ${told.ended.credits} credits`);
}

async function isRecorded({ story, owner, page, run }) {
  const { data } = await owner.api.get(`/runs/${run}/browser/stills`);
  assert.ok(data.length >= 3, `${data.length} pictures`);
  const still = page.getByTestId('still');
  const shown = () => still.evaluate(async (image) => {
    await image.decode();
    return [new URL(image.src).pathname.split('/').at(-1), image.naturalWidth > 0];
  });
  assert.deepEqual(await shown(), [String(data[0].number), true]);
  await press(page, 'Next picture');
  await page.getByText(`Picture 2 of ${data.length}`).waitFor();
  await page.keyboard.press('End');
  await page.getByText(`Picture ${data.length} of ${data.length}`).waitFor();
  assert.deepEqual(await shown(), [String(data.at(-1).number), true]);
  await page.keyboard.press('ArrowLeft');
  await page.getByText(`Picture ${data.length - 1} of ${data.length}`).waitFor();
  assert.match(await still.getAttribute('alt'), /^The page/);
  story.saw(`pictures: ${data.map(({ action }) => action).join(' · ')}`);
}

async function isCharged({ story, owner, page, run, ended: done }) {
  const { receipt, seconds } = await receiptAddsUp(owner, run);
  assert.equal(receipt.used, done.credits);
  assert.ok(seconds > 0);
  const tokens = receipt.lines.filter(({ measure }) => measure === 'input_tokens');
  assert.equal(tokens.length, 4, 'the model was asked four times');
  await openTab(page, 'Receipt');
  await receiptPanel(page).getByRole('heading', { name: new RegExp(`^${written(receipt.used)} credits used`) }).waitFor();
  await receiptPanel(page).getByText(`${written(String(seconds))} seconds`).waitFor();
  await receiptPanel(page).getByText('3 credits per minute').waitFor();
  await page.goto('/runs?kind=browser');
  const row = page.locator('tbody tr').filter({ hasText: 'Browser session' });
  await row.waitFor();
  story.saw(`${seconds} seconds and ${tokens.length} calls are ${receipt.used}; ${receipt.given_back} given back`);
}

async function isOver({ story, server, owner }) {
  await atRest(owner);
  await until('no browser of the server to be left', () =>
    server.family().length <= 1 + server.workers().length || null);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

/**
 * Joule's hands: it reads an attached file, runs an AI Tool, and answers. Each use is a card, all of
 * it one run with one receipt. With effort Low it has no hands. Read next: r-hands-asks.test.mjs.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Agent } from '../support/agent.mjs';
import { attach, cards, cardSays, chips, chooseEffort, markdown, newestRun, unfold } from '../support/hands.mjs';
import { journey } from '../support/journey.mjs';
import { answered, answers, atRest, composer, lastAnswer, send, setUp, written } from '../support/people.mjs';
import { receiptAddsUp } from '../support/session.mjs';
import { ended, openTab, receiptPanel } from '../support/work.mjs';

const NOTES = '# Notes\n\nThe loaf costs 4.20 euros.\n';

journey('Joule reads a file and runs an AI Tool for an answer', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, owner, agent, page: owner.page };
  await story.step('A file is attached; the estimate follows', () => attaches(told));
  await story.step('It reads the file, runs a tool, and answers: each use is a card', () => works(told));
  await story.step('A card has inputs, result and steps; a reload changes nothing', () => isTold(told));
  await story.step('The run and its receipt have all of it, and it adds up', () => isCharged(told));
  await story.step('The session has its files, to be downloaded', () => keepsFiles(told));
  await story.step('With effort Low it only answers', () => onlyAnswers(told));
  await story.step('The books are right', () => isOver(told));
});

async function attaches({ story, server, owner, page }) {
  await setUp(owner, server);
  await attach(page, markdown('notes.md', NOTES), markdown('other.md', 'Nothing of use.'));
  await page.getByRole('button', { name: 'Remove other.md' }).click();
  assert.equal(await chips(page).getByRole('listitem').count(), 1);
  await composer(page).fill('Translate my notes into German.');
  const estimate = page.getByTestId('estimate').getByText(/\d.* credits/);
  await estimate.waitFor();
  const medium = await estimate.innerText();
  await chooseEffort(page, 'High');
  await page.waitForFunction(
    (before) => document.querySelector('[data-testid="estimate"]').innerText !== before, medium);
  const high = await estimate.innerText();
  await page.reload();
  await page.getByRole('button', { name: 'Effort: High' }).waitFor();
  await page.getByRole('button', { name: 'Remove notes.md' }).waitFor();
  assert.equal(await composer(page).inputValue(), 'Translate my notes into German.');
  await chooseEffort(page, 'Medium');
  story.saw(`medium: “${medium}”; high: “${high}”; all kept over a reload`);
}

async function works(told) {
  const { story, owner, agent, page } = told;
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const first = await agent.asked();
  assert.deepEqual(first.tools.map((tool) => tool.function.name).slice(0, 4), [
    'list_tools', 'run_tool', 'run_workflow', 'read_file',
  ]);
  assert.match(await agent.knows(), /The loaf costs 4\.20 euros\./);
  await chips(page).getByRole('link', { name: /^Download notes\.md/ }).waitFor();
  await agent.calls('read_file', { file: 'notes.md' });
  await cardSays(page, 'Read notes.md', 'done');
  await agent.calls('run_tool', { tool: 'translate', inputs: { file: 'notes.md', language: 'German' } });
  await cardSays(page, 'Translate', 'running');
  await page.getByText('Using “Translate”…').waitFor();
  assert.match(await agent.knows(), /Translate this text into German/);
  await agent.says('Der Laib kostet 4,20 Euro.');
  const head = await cardSays(page, 'Translate', 'done');
  assert.match(head, /Done · .* credits/);
  await agent.says('In German: **Der Laib kostet 4,20 Euro.**');
  assert.match(await answered(page, 1), /Der Laib kostet 4,20 Euro/);
  told.run = await newestRun(owner);
  assert.equal((await ended(owner, told.run.id)).state, 'succeeded');
  await page.getByTestId('live-region').getByText(/^Answer ready/).waitFor();
  story.saw(`cards: ${(await cards(page).locator('summary').allInnerTexts()).join(' | ').replaceAll('\n', ' ')}`);
}

async function isTold({ story, page }) {
  await page.reload();
  await cardSays(page, 'Translate', 'done');
  const card = await unfold(page, 'Translate');
  await card.getByText('German', { exact: true }).waitFor();
  await card.getByText(/Der Laib kostet/).waitFor();
  await card.getByText('Put the parts together').waitFor();
  const first = cards(page).first().locator('summary');
  await first.focus();
  await page.keyboard.press('Enter');
  await cards(page).first().getByText(/The loaf costs 4\.20 euros/).waitFor();
  assert.equal(await answers(page).count(), 1);
  story.saw('unfolded by mouse and by keyboard, after a reload');
}

async function isCharged(told) {
  const { story, owner, page, run } = told;
  const { receipt } = await receiptAddsUp(owner, run.id);
  const calls = receipt.lines.filter(({ measure }) => measure === 'output_tokens');
  assert.equal(calls.length, 4, 'three turns and the tool’s own question');
  await cards(page).last().getByRole('link', { name: 'Open the run' }).click();
  await page.waitForURL(/\/runs\//);
  await openTab(page, 'Steps');
  const parts = await page.getByRole('tabpanel').getByRole('heading', { level: 3 }).allInnerTexts();
  assert.deepEqual(parts, ['Thinking and writing', 'Read notes.md', 'Thinking and writing', 'Translate', 'Thinking and writing']);
  await openTab(page, 'Receipt');
  await receiptPanel(page).getByRole('heading', { name: new RegExp(`^${written(receipt.used)} credits used`) }).waitFor();
  assert.equal(await receiptPanel(page).getByRole('table', { name: 'What was used' }).count(), 1);
  story.saw(`${receipt.lines.length} lines are ${receipt.used} credits; parts: ${parts.join(', ')}`);
}

async function keepsFiles({ story, page }) {
  await page.getByRole('link', { name: 'Open the session' }).click();
  await lastAnswer(page).waitFor();
  await page.getByRole('button', { name: '1 file' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('dialog').getByRole('link', { name: /^Download notes\.md/ }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), 'notes.md');
  assert.equal(await readFile(await file.path(), 'utf8'), NOTES);
  await page.keyboard.press('Escape');
  story.saw('notes.md came back as it was');
}

async function onlyAnswers({ story, owner, agent, page }) {
  await chooseEffort(page, 'Low');
  await send(page, 'And in one word?');
  const asked = await agent.asked();
  assert.equal(asked.tools, undefined, 'no tools are offered');
  await agent.says('Laibpreis.');
  await answered(page, 2);
  const run = await newestRun(owner);
  assert.deepEqual((await ended(owner, run.id)).steps.map(({ kind }) => kind), ['answer']);
  assert.equal(await lastAnswer(page).getByTestId('call').count(), 0);
  story.saw('one answer, no tools offered, no card');
}

async function isOver({ story, server, owner }) {
  await atRest(owner);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

/**
 * Every tool that comes with Ampere, by hand on its page and with the real model: the estimate
 * before, the steps as they go, the result on the screen, the receipt. What must be true is
 * checked; what the small model made of it is told in a table. Read next: every-tool.mjs.
 */
import assert from 'node:assert/strict';
import { everyTool, sitePages } from '../support/every-tool.mjs';
import { journey } from '../support/journey.mjs';
import { atRest, badgeTells, modelIsReady, setUp, written } from '../support/people.mjs';
import { Site } from '../support/site.mjs';
import {
  ended, estimated, fillIn, noteSteps, openTab, openTool, receiptPanel, resultPicture, resultTable,
  resultText, start, stepsSeen,
} from '../support/work.mjs';

journey('Every tool with the real model', async (story) => {
  const site = await Site.start(sitePages);
  story.finally(() => site.stop());
  const server = await story.server({ env: site.allowed });
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page, lines: [] };
  await story.step('The catalog lists them all', () => listsAll(told, everyTool(site)));
  for (const tool of everyTool(site)) await story.step(tool.name, () => works(told, tool));
  await story.step('What each was charged is what the worker’s log says', () => isLogged(told));
  await story.step('The books are right', () => booksAreRight(told));
  story.saw(`what the small model made of it:\n${told.lines.join('\n')}`);
});

async function listsAll({ story, server, owner, page }, tools) {
  await setUp(owner, server);
  await modelIsReady(owner);
  const before = await owner.api.get('/credits');
  await page.getByRole('link', { name: 'AI Tools', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'AI Tools' }).waitFor();
  await page.getByText(`${tools.length} tools`, { exact: true }).waitFor();
  const names = page.getByRole('main').getByRole('heading', { level: 2 });
  const shown = await names.allInnerTexts();
  assert.deepEqual(shown.toSorted(), tools.map(({ name }) => name).toSorted());
  assert.equal((await owner.api.get('/credits')).position, before.position, 'looking spends nothing');
  story.saw(`${shown.length} tools`);
}

async function works(told, tool) {
  const { page } = told;
  await openTool(page, tool.name);
  await fillIn(page, tool.inputs);
  await runsOnce(told, tool);
  if (!tool.again) return;
  tool.between();
  await runsOnce(told, { ...tool.again, name: `${tool.name}, again`, table: tool.table });
}

async function runsOnce(told, tool) {
  const { story, owner, page } = told;
  const before = await estimated(page);
  const begun = performance.now();
  await noteSteps(page);
  const id = await start(page);
  assert.equal(await page.getByRole('tab', { name: 'Steps' }).getAttribute('aria-selected'), 'true');
  const run = await ended(owner, id);
  const seconds = (performance.now() - begun) / 1000;
  assert.equal(run.state, 'succeeded', `${run.state}: ${run.reason} ${JSON.stringify(run.steps.at(-1))}`);
  await page.getByRole('button', { name: 'Show the results' }).waitFor();
  await showsSteps(page, run);
  const result = await resultOf(page, tool);
  tool.check(result);
  await paysFor(told, run, tool);
  const use = tool.useful(result);
  told.lines.push(`      ${tool.name.padEnd(34)} ${use === true ? 'useful' : `weak${use ? `: ${use}` : ''}`}`);
  story.saw(`${seconds.toFixed(1)} s, ${run.credits} credits; before: “${before}”; ${shortened(result)}`);
}

function resultOf(page, { table, picture }) {
  if (picture) return resultPicture(page);
  return table ? resultTable(page) : resultText(page);
}

/** The steps were seen while they went, and stand there with their state at the end. */
async function showsSteps(page, run) {
  const seen = await stepsSeen(page);
  const shown = await page.getByTestId('step').allInnerTexts();
  for (const { name } of run.steps) {
    assert.equal(shown.filter((text) => text.startsWith(`${name}\n`)).length, 1, `“${name}” is shown once`);
  }
  const done = await page.locator('[data-testid="step"][data-state="done"]').count();
  assert.equal(done, run.steps.length, 'every step is done');
  const wrong = shown.filter((text) => /Not run|Not started|Running/.test(text));
  assert.deepEqual(wrong, []);
  const asked = run.steps.some(({ kind }) => kind === 'prompt');
  if (asked) assert.ok(seen.some((said) => /: Running/.test(said)), `never seen at work: ${seen.join(' | ')}`);
}

async function paysFor({ owner, page }, run, { free }) {
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  await openTab(page, 'Receipt');
  const panel = receiptPanel(page);
  const nothing = receipt.used === '0';
  assert.equal(nothing, free === true);
  if (!nothing) {
    const head = `${written(receipt.used)} credits used · ${written(receipt.given_back)} given back`;
    await panel.getByRole('heading', { name: head }).waitFor();
    const rows = panel.getByRole('table', { name: 'What was used' }).locator('tbody tr');
    assert.equal(await rows.count(), receipt.lines.length);
  } else {
    await panel.getByRole('heading', { name: /^Nothing charged/ }).waitFor();
  }
  const balance = await atRest(owner);
  assert.equal(receipt.balance_after, balance.available);
  await badgeTells(page, balance);
}

async function isLogged({ story, server, owner }) {
  const calls = await server.calls();
  const { data } = await owner.api.get('/runs?kind=tool&limit=50');
  let asked = 0;
  for (const { id } of data) {
    const { lines } = await owner.api.get(`/runs/${id}/receipt`);
    const own = calls.filter(({ call }) => call?.startsWith(`${id}:`));
    const sum = (measure) => lines.filter((line) => line.measure === measure)
      .reduce((total, { quantity }) => total + quantity, 0);
    assert.equal(sum('input_tokens'), own.reduce((total, call) => total + call.prompt_tokens, 0));
    assert.equal(sum('output_tokens'), own.reduce((total, call) => total + call.completion_tokens, 0));
    asked += own.length;
  }
  const ids = calls.map(({ call }) => call).filter(Boolean);
  assert.equal(new Set(ids).size, ids.length, 'no call was made twice');
  story.saw(`${data.length} runs asked the model ${asked} times`);
}

async function booksAreRight({ story, server }) {
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

const shortened = (result) => {
  const text = typeof result === 'string' ? result : JSON.stringify(result.rows);
  return `${text.replaceAll(/\s+/g, ' ').slice(0, 260)}`;
};

/**
 * A tool's page as people use it: find it in the catalog, see what a run would cost, bring a file
 * or the wrong one, save the inputs, set the most it may cost, stop it, run it again, hand the
 * result to Joule. Read next: j-every-tool.test.mjs for what the tools make.
 */
import assert from 'node:assert/strict';
import { textFile, wordFile } from '../support/documents.mjs';
import { journey } from '../support/journey.mjs';
import {
  ANSWER_MS, atRest, composer, modelIsReady, setUp, written,
} from '../support/people.mjs';
import { Site } from '../support/site.mjs';
import {
  ended, estimated, fillIn, openTool, receiptPanel, refusalOf, resultText, resultsPanel, runButton,
  runOf, standing, start, upload,
} from '../support/work.mjs';
import { becomes, until } from '../support/until.mjs';

const TEXT = 'The shop at the harbour opens in March. We look for two people who like bread and early hours.';

journey('A tool’s page: find, estimate, files, save, stop, cap, run again, hand over', async (story) => {
  const site = await Site.start({});
  story.finally(() => site.stop());
  const server = await story.server({ env: site.allowed });
  const owner = await story.person(server);
  const told = { story, server, owner, site, page: owner.page };
  await story.step('The catalog is searched, filtered and sorted in the address', () => searches(told));
  await story.step('A search without a tool leads to Joule, with the words kept', () => asksInstead(told));
  await story.step('What is missing is said at its field, before anything starts', () => isChecked(told));
  await story.step('A file of the wrong kind is refused in words', () => refusesFiles(told));
  await story.step('A file is uploaded, and found again as an earlier one', () => findsEarlier(told));
  await story.step('Saved inputs come back after a reload', () => saves(told));
  await story.step('Run, result, copy, download', () => runs(told));
  await story.step('Run again is a new run with its own receipt', () => runsAgain(told));
  await story.step('Sent to Joule: the composer has it, nothing is sent', () => handsOver(told));
  await story.step('Stop ends it after the step that is running', () => stops(told));
  await story.step('“Stop at” ends it before the cap is passed', () => capped(told));
  await story.step('A page that cannot be fetched is told, and costs nothing', () => pageFails(told));
  await story.step('The books are right', () => booksAreRight(told));
});

async function searches({ story, server, owner, page }) {
  await setUp(owner, server);
  await modelIsReady(owner);
  await page.getByRole('link', { name: 'AI Tools', exact: true }).click();
  const cards = page.getByRole('main').getByRole('heading', { level: 2 });
  await page.getByText('14 tools', { exact: true }).waitFor();
  await page.getByRole('searchbox', { name: 'Search tools' }).fill('page');
  await page.getByText('6 tools', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Operations' }).click();
  await page.getByText('No tool matches.').waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByRole('combobox', { name: 'Sort by' }).selectOption('name');
  await page.getByText('6 tools', { exact: true }).waitFor();
  const names = await cards.allInnerTexts();
  assert.deepEqual(names, names.toSorted());
  assert.match(page.url(), /q=page.*sort=name/);
  await page.reload();
  await page.getByText('6 tools', { exact: true }).waitFor();
  assert.deepEqual(await cards.allInnerTexts(), names, 'the address keeps what is looked for');
  const costs = await page.getByText(/credits by the rate card|Charged by the rate card/).allInnerTexts();
  assert.equal(costs.length, 6, 'each says what it costs');
  story.saw(`“page”: ${names.join(', ')}`);
}

async function asksInstead({ story, page }) {
  await page.getByRole('searchbox', { name: 'Search tools' }).fill('a poem about bread');
  await page.getByText('No tool matches. Ask Joule to do it instead.').waitFor();
  await page.getByRole('link', { name: 'Ask Joule' }).click();
  await becomes('the words to be in the composer', () => composer(page).inputValue(), 'a poem about bread');
  await composer(page).fill('');
  story.saw('“a poem about bread” stands in the composer, unsent');
}

async function isChecked({ story, owner, page }) {
  await openTool(page, 'Rewrite for a channel');
  const before = await owner.api.get('/runs?limit=1');
  await runButton(page).click();
  await page.getByText('This is needed.').waitFor();
  const field = page.getByRole('textbox', { name: /^Text/ });
  assert.ok(await field.evaluate((one) => one === document.activeElement), 'the focus is at the field');
  await field.fill('Too short');
  await page.getByRole('textbox', { name: 'Stop at' }).focus();
  await page.getByText('At least 20 characters.').waitFor();
  assert.deepEqual(await owner.api.get('/runs?limit=1'), before, 'nothing was started');
  await field.fill(TEXT);
  const range = await estimated(page);
  assert.doesNotMatch(range, /^0 credits/);
  story.saw(`estimate: “${range}”`);
}

async function refusesFiles({ story, owner, page }) {
  await openTool(page, 'Summarize a document');
  const picture = { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') };
  await upload(page, 'Document', picture);
  const local = await refusalOf(page, 'Document').innerText();
  assert.match(local, /cannot be read here\. It must be .*PDF/);
  // By its name a Word file, by its bytes none: the server looks at them.
  owner.expect(/status of 415 .*\/files/);
  await upload(page, 'Document', { ...wordFile('fake.docx', []), buffer: Buffer.from('plain words') });
  const told = await refusalOf(page, 'Document').innerText();
  assert.notEqual(told, local);
  assert.ok(told.length > 20, told);
  assert.equal((await owner.api.get('/files')).data.length, 0, 'neither is kept');
  story.saw(`“${local}” and “${told}”`);
}

async function findsEarlier({ story, owner, page }) {
  await upload(page, 'Document', textFile('harbour.txt', TEXT));
  const { data, used_bytes: used } = await owner.api.get('/files');
  assert.deepEqual(data.map(({ name, size }) => [name, size]), [['harbour.txt', TEXT.length]]);
  assert.equal(used, TEXT.length);
  await openTool(page, 'Translate');
  await page.getByRole('button', { name: 'Choose an earlier file' }).click();
  await page.getByRole('button', { name: 'Use harbour.txt' }).click();
  await page.locator('form').getByText('harbour.txt').first().waitFor();
  await page.getByRole('button', { name: 'Remove harbour.txt' }).click();
  story.saw(`${used} bytes kept; the second tool found the file again`);
}

async function saves({ story, page }) {
  await openTool(page, 'Rewrite for a channel');
  await fillIn(page, { Text: TEXT, Channel: 'team chat', Tone: 'playful', 'Keep these words': 'March' });
  await page.getByRole('button', { name: 'Save inputs' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save these inputs' });
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Harbour news');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: /^Text/ }).fill('Something else that is long enough.');
  await page.reload();
  const field = page.getByRole('textbox', { name: /^Text/ });
  await becomes('the draft to be there again', () => field.inputValue(), 'Something else that is long enough.');
  await page.getByRole('button', { name: 'Saved inputs' }).click();
  await page.getByRole('button', { name: 'Use “Harbour news”' }).click();
  await becomes('the saved text to be there', () => field.inputValue(), TEXT);
  assert.equal(await page.getByLabel(/^Tone/).inputValue(), 'playful');
  assert.equal(await page.getByLabel(/^Keep these words/).inputValue(), 'March');
  story.saw('the draft outlives a reload; “Harbour news” brings every field back');
}

async function runs(told) {
  const { story, owner, page } = told;
  await page.getByRole('textbox', { name: /^Text/ }).press('Control+Enter');
  await until('the address to name the run', () => runOf(page));
  told.first = await ended(owner, runOf(page));
  assert.equal(told.first.state, 'succeeded');
  const text = await resultText(page);
  assert.ok(text.includes(told.first.result.value.trim().slice(0, 40)));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await resultsPanel(page).getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByTestId('live-region').getByText(/copied/i).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, told.first.result.value);
  const loading = page.waitForEvent('download');
  await resultsPanel(page).getByRole('button', { name: 'Download', exact: true }).click();
  const file = await loading;
  assert.equal(file.suggestedFilename(), 'rewritten.txt');
  story.saw(`Ctrl Enter ran it: ${told.first.credits} credits; copied ${copied.length} characters, downloaded ${file.suggestedFilename()}`);
}

async function runsAgain(told) {
  const { story, owner, page } = told;
  await becomes('the button to say so', () => runButton(page).innerText(), 'Run again');
  const id = await start(page);
  assert.notEqual(id, told.first.id);
  const second = await ended(owner, id);
  assert.deepEqual(second.inputs, told.first.inputs, 'with the same inputs');
  const receipts = await Promise.all([told.first, second].map((run) => owner.api.get(`/runs/${run.id}/receipt`)));
  assert.equal(receipts[0].used, told.first.credits, 'the first receipt is as it was');
  const { data } = await owner.api.get('/runs?kind=tool&subject=rewrite-for-channel');
  assert.deepEqual(data.map(({ id: one }) => one), [id, told.first.id]);
  await page.getByRole('link', { name: 'Earlier runs of this tool' }).click();
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  await becomes('both to be listed', () => page.locator('tbody tr').count(), 2);
  await page.locator(`a[href="/runs/${id}"]`).first().click();
  await page.getByRole('link', { name: 'Run again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Rewrite for a channel' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: /^Text/ }).inputValue(), TEXT);
  told.second = second;
  story.saw(`two runs, ${receipts.map(({ used }) => used).join(' and ')} credits; Runs lists both and leads back with the inputs`);
}

async function handsOver({ story, owner, page, second }) {
  const before = await owner.api.get('/credits');
  await resultText(page);
  await resultsPanel(page).getByRole('button', { name: 'Send to Joule' }).click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  const text = await composer(page).inputValue();
  assert.ok(text.includes(second.result.value.trim()));
  assert.equal((await owner.api.get('/credits')).position, before.position, 'nothing is sent by itself');
  await composer(page).fill('');
  story.saw(`${text.length} characters in the composer`);
}

/** A model may be done before Stop is heard: then it is run anew. */
async function stops({ story, owner, page }) {
  const long = Array.from({ length: 24 }, (_, day) => `Day ${day + 1}: ${TEXT}`).join('\n\n');
  await openTool(page, 'Translate');
  await fillIn(page, { Text: long.repeat(3), Into: 'Spanish' });
  for (let tries = 0; tries < 4; tries += 1) {
    const id = await start(page);
    await until('a step to be at work', () => page.locator('[data-testid="step"][data-state="running"]').count().then((count) => count > 0 || null), ANSWER_MS);
    await page.getByTestId('run-button').filter({ hasText: 'Stop' }).click({ timeout: 5_000 }).catch(() => {});
    const run = await ended(owner, id);
    if (run.reason !== 'stopped') continue;
    assert.equal(run.state, 'cancelled');
    await standing(page).getByText('Stopped by a person.').waitFor();
    const receipt = await owner.api.get(`/runs/${id}/receipt`);
    assert.equal(receipt.used, run.credits);
    assert.equal((await atRest(owner)).held, '0');
    await becomes('the button to run again', () => runButton(page).innerText(), 'Run again');
    story.saw(`${run.steps.length} steps, ${receipt.used} used, ${receipt.given_back} given back`);
    return;
  }
  assert.fail('it was never stopped in its middle');
}

/** A cap below the first hold starts nothing; with one just as large the first call is the last. */
async function capped({ story, owner, page }) {
  owner.expect(/status of 422 .*\/runs/);
  await page.getByRole('textbox', { name: 'Stop at' }).fill('0.01');
  await runButton(page).click();
  const refused = page.locator('form').getByRole('alert').filter({ hasText: 'needs a hold of' });
  await refused.waitFor();
  const said = await refused.innerText();
  const [, cap] = /a hold of ([\d.]+) credits to start/.exec(said);
  await page.getByRole('textbox', { name: 'Stop at' }).fill(cap);
  const run = await ended(owner, await start(page));
  assert.equal(run.reason, 'stopped_at_cap', `${run.state} ${run.reason}`);
  assert.equal(run.cap, cap);
  assert.ok(Number(run.credits) > 0 && Number(run.credits) <= Number(cap), `${run.credits} of ${cap}`);
  await standing(page).getByText('Stopped at the credits that were set as the most for it.').waitFor();
  await page.getByRole('tab', { name: 'Receipt' }).click();
  const head = `${written(run.credits)} credits used`;
  await receiptPanel(page).getByRole('heading', { name: head }).waitFor();
  story.saw(`“${said}”; capped at ${cap}: ${run.credits} used, ${run.state}`);
}

async function pageFails({ story, owner, page, site }) {
  await openTool(page, 'Answer from a page');
  await fillIn(page, { Page: site.address('/gone'), Question: 'What is there?' });
  const gone = await ended(owner, await start(page));
  assert.deepEqual([gone.state, gone.reason, gone.credits], ['failed', 'page_failed', '0']);
  const first = await page.getByTestId('step').first().innerText();
  await fillIn(page, { Page: 'http://127.0.0.1:9/inside' });
  const inside = await ended(owner, await start(page));
  assert.deepEqual([inside.state, inside.reason, inside.credits], ['failed', 'page_failed', '0']);
  await standing(page).getByText('A page could not be read.').waitFor();
  const { note } = inside.steps[0];
  assert.ok(note.length > 10);
  story.saw(`“${first.replaceAll('\n', ' · ')}”; an address inside: “${note}”`);
}

async function booksAreRight({ story, server, owner }) {
  assert.equal((await owner.api.get('/credits')).held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

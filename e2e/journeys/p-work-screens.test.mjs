/**
 * The screens of tools, workflows, schedules, files and background work, as journey f looks at
 * the others: axe in light and dark, 320 to 1920 px, photographed; with credits and at zero.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { DESKTOP, PHONE } from '../support/browser.mjs';
import { smallTrial } from '../support/catalogs.mjs';
import { textFile } from '../support/documents.mjs';
import { journey } from '../support/journey.mjs';
import { look, open, seen } from '../support/looks.mjs';
import { chooses, LONG, modelIsReady, outOfCredits, paysWith, setUp, usesUp } from '../support/people.mjs';
import { fitsSideways, photograph, resize } from '../support/screens.mjs';
import { page as sitePage, Site } from '../support/site.mjs';
import { ended, fillIn, inState, openTab, openTool, runButton, runOf, start, upload } from '../support/work.mjs';

const PAGE = sitePage('Bakery Kornblume', ['The bakery opens at 6.', 'A loaf of rye bread costs 4.20 euros.']);
const COMMENTS = 'The bread is too expensive.\nVery friendly staff!\nPrices went up again.';
const NEWS = 'Our bakery opens a second shop at the harbour in March. There will be rye bread.';
const DEFINITION = {
  inputs: [{ name: 'news', label: 'News', kind: 'long_text', required: true }],
  steps: [
    { id: 's1', name: 'Rewrite it', kind: 'tool', tool: 'rewrite-for-channel', inputs: { text: { from: 'inputs.news' }, channel: { value: 'team chat' }, tone: { value: 'friendly' } } },
    { id: 's2', name: 'Ask Joule', kind: 'prompt', prompt: LONG, inputs: { text: { from: 's1.result' } } },
    { id: 's3', name: 'Continue if…', kind: 'condition', left: { from: 's2.result' }, test: 'is_not_empty' },
    { id: 's4', name: 'Draft an e-mail', kind: 'tool', tool: 'draft-email', inputs: { notes: { from: 's2.result' }, tone: { value: 'friendly' } } },
  ],
};

journey('The screens of work: tools, workflows, schedules, background', async (story) => {
  const site = await Site.start({ '/bakery': PAGE });
  story.finally(() => site.stop());
  const server = await story.server({ env: site.allowed, catalog: smallTrial('6') });
  const owner = await story.person(server);
  const told = { story, server, owner, site, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('With nothing in them', () => whileEmpty(told));
  await story.step('Waiting and paused for lack of credits', () => withoutCredits(told));
  await story.step('A tool before, during and after a run', () => ofTools(told));
  await story.step('A workflow in the editor, before and after a run', () => ofWorkflows(told));
  await story.step('Schedules', () => ofSchedules(told));
  await story.step('Lists that have something in them', () => ofLists(told));
  await story.step('The runs as a file for spreadsheets', () => asFile(told));
  await story.step('One step of a workflow, tested in the editor', () => ofOneStep(told));
  await story.step('No screen had a fault', () => {
    assert.equal(told.faults.length, 0, told.faults.join('\n'));
  });
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

async function whileEmpty(told) {
  const { server, owner, page } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  await open(page, '/tools', 'AI Tools');
  await look(told, 'tools');
  await open(page, '/tools?q=nothing+like+this', 'AI Tools');
  await look(told, 'tools-none', { photos: false });
  for (const [name, path, heading] of [
    ['workflows-empty', '/workflows', 'Workflows'],
    ['schedules-empty', '/schedules', 'Schedules'],
    ['schedule-choose', '/schedules/new', 'New schedule'],
    ['workflow-new', '/workflows/new', 'New workflow'],
  ]) {
    await open(page, path, heading);
    await look(told, name, { photos: name.endsWith('empty') });
  }
}

/** A workflow that runs dry, and a tool that waits behind it. */
async function withoutCredits(told) {
  const { owner, page } = told;
  const { id } = await owner.api.post('/workflows', { name: 'News to e-mail', definition: DEFINITION });
  told.workflow = id;
  const run = await owner.api.post('/runs', { workflow: id, inputs: { news: NEWS } });
  told.run = run.id;
  await inState(owner, run.id, ['paused_no_credits']);
  await open(page, `/workflows/${id}?run=${run.id}`, 'News to e-mail');
  await page.getByText('Paused: no credits.').waitFor();
  await look(told, 'workflow-paused');
  await open(page, `/runs/${run.id}`, 'News to e-mail');
  await look(told, 'run-paused', { photos: false });
  await open(page, '/', 'Home');
  await usesUp(owner);
  await openTool(page, 'Translate');
  await fillIn(page, { Text: NEWS, Into: 'German' });
  await outOfCredits(page).waitFor();
  await look(told, 'tool-at-zero');
  await runButton(page).click();
  await page.getByText(/^Waits for credits/).waitFor();
  await look(told, 'tool-waiting');
  await open(page, '/billing?buy=1', 'Billing');
  await chooses(page, /^5,000 credits/);
  await paysWith(page, /4242/);
  await page.getByTestId('credits-added').waitFor();
  await ended(owner, run.id);
}

async function ofTools(told) {
  const { owner, page, site } = told;
  await openTool(page, 'Rank feedback by theme');
  await upload(page, 'File', textFile('comments.txt', COMMENTS));
  await look(told, 'tool-form');
  await fillIn(page, { 'Your themes': 'Price\nStaff', Themes: '2' });
  const ranked = await ended(owner, await start(page));
  await page.getByRole('button', { name: 'Show the results' }).waitFor();
  await look(told, 'tool-steps');
  await openTab(page, 'Results');
  await page.getByRole('button', { name: 'Download CSV' }).waitFor();
  await look(told, 'tool-table');
  await openTab(page, 'Receipt');
  await page.getByText('given back').first().waitFor();
  await look(told, 'tool-receipt');
  told.tool = ranked.id;
  await page.getByRole('button', { name: 'Save inputs' }).click();
  await page.getByRole('dialog').waitFor();
  await look(told, 'tool-save', { photos: false });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await openTool(page, 'Answer from a page');
  await runButton(page).click();
  await page.getByText('This is needed.').first().waitFor();
  await look(told, 'tool-mistakes');
  await fillIn(page, { Page: site.address('/bakery'), Question: 'What does rye bread cost?' });
  await ended(owner, await start(page));
  await openTab(page, 'Results');
  await page.getByText('Source: Bakery Kornblume').waitFor();
  await look(told, 'tool-markdown');
  await fillIn(page, { Page: site.address('/gone') });
  await ended(owner, await start(page));
  await page.getByText('A page could not be read.').waitFor();
  await look(told, 'tool-failed');
}

async function ofWorkflows(told) {
  const { page, workflow, run } = told;
  await open(page, `/workflows/${workflow}`, 'News to e-mail');
  await look(told, 'workflow');
  await open(page, `/workflows/${workflow}?run=${run}`, 'News to e-mail');
  await page.getByRole('tab', { name: 'Steps' }).click();
  await look(told, 'workflow-steps');
  await page.getByRole('tab', { name: 'Receipt' }).click();
  await page.getByText('given back').first().waitFor();
  await look(told, 'workflow-receipt');
  await open(page, `/workflows/${workflow}/edit`, /News to e-mail/);
  await page.getByTestId('builder-step').last().waitFor();
  await page.getByTestId('workflow-estimate').getByText(/\d/).waitFor();
  await look(told, 'workflow-editor');
  await page.getByRole('button', { name: 'Add an AI Tool' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Translate/ }).waitFor();
  await look(told, 'workflow-choose', { photos: false, whole: false });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await open(page, `/workflows/${workflow}/versions`, /Versions/);
  await look(told, 'workflow-versions');
}

async function ofSchedules(told) {
  const { owner, page, site } = told;
  await open(page, '/schedules/new?tool=answer-from-page', 'Schedule Answer from a page');
  await page.getByLabel(/^Page/).fill(site.address('/bakery'));
  await page.getByLabel(/^Question/).fill('What does rye bread cost?');
  await page.getByRole('combobox', { name: 'How often' }).selectOption('weekly');
  await page.getByTestId('schedule-preview').getByRole('listitem').first().waitFor();
  await page.getByTestId('schedule-preview').getByText(/a month\./).waitFor();
  await look(told, 'schedule-new');
  await page.getByRole('textbox', { name: 'Name of the schedule' }).fill('Bread watch');
  await page.getByTestId('save-schedule').click();
  await page.getByRole('heading', { level: 1, name: 'Bread watch' }).waitFor();
  const { data } = await owner.api.get('/schedules');
  await owner.api.post(`/schedules/${data[0].id}/run-now`, {});
  await look(told, 'schedule');
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').waitFor();
  await look(told, 'schedule-delete', { photos: false, whole: false });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const [last] = (await owner.api.get('/runs?trigger=person&limit=1')).data;
  await ended(owner, last.id);
}

async function ofLists(told) {
  const { page, run } = told;
  for (const [name, path, heading] of [
    ['workflows', '/workflows', 'Workflows'],
    ['schedules', '/schedules', 'Schedules'],
    ['runs-of-tools', '/runs?kind=tool', 'Runs'],
    ['runs-by-credits', '/runs?sort=credits&min=1&from=2026-01-01', 'Runs'],
    ['run-of-workflow', `/runs/${run}`, 'News to e-mail'],
    ['receipt-of-workflow', `/runs/${run}/receipt`, 'Receipt'],
    ['usage-background', '/usage', 'Usage'],
  ]) {
    await open(page, path, heading);
    await look(told, name);
  }
  await resize(page, PHONE);
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await page.getByRole('link', { name: 'Schedules', exact: true }).waitFor();
  await seen(told, () => fitsSideways(page, 'the menu at 390 px'));
  await photograph(page, 'menu-work-light-390');
  await resize(page, DESKTOP);
}

/** The file holds what the list shows, in its order. */
async function asFile({ story, owner, page }) {
  await open(page, '/runs?kind=tool&sort=credits', 'Runs');
  const { data } = await owner.api.get('/runs?kind=tool&sort=credits&limit=200');
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const file = await saving;
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
  assert.match(file.suggestedFilename(), /^runs-\d{4}-\d\d-\d\d\.csv$/);
  assert.match(lines[0], /^\uFEFFWhen \(.+\),Kind,What,/);
  assert.deepEqual(lines.slice(1).map((line) => line.split(',').at(-1)), data.map(({ id }) => id));
  story.saw(`${file.suggestedFilename()}: ${lines.length - 1} runs, the dearest first`);
}

/** With what the last run left: a question is a run, a condition is answered in place. */
async function ofOneStep(told) {
  const { story, owner, page, workflow } = told;
  await open(page, `/workflows/${workflow}/edit`, /News to e-mail/);
  await page.getByTestId('builder-step').last().waitFor();
  const step = page.getByRole('combobox', { name: 'Step', exact: true });
  await step.selectOption('s3');
  await page.getByText('Looking at a condition uses no credits.').waitFor();
  await page.getByRole('button', { name: 'Test step 3 with last inputs' }).click();
  await page.getByText('It holds: the workflow would go on.').waitFor();
  await look(told, 'workflow-test');
  await step.selectOption('s2');
  await page.getByText(/^Uses credits: /).waitFor();
  await page.getByRole('button', { name: 'Test step 2 with last inputs' }).click();
  await page.waitForURL(/\/runs\/run_/);
  const tested = await ended(owner, runOf(page));
  assert.equal(tested.title, 'Test of step 2 of News to e-mail: Ask Joule');
  assert.equal(tested.state, 'succeeded', tested.reason);
  await page.getByRole('heading', { level: 1, name: tested.title }).waitFor();
  await look(told, 'run-of-test', { photos: false });
  story.saw(`${tested.title}: ${tested.credits} credits`);
}

/**
 * A workflow, built by keyboard: a tool, a question, a condition, a tool. Its run runs dry
 * between two steps, keeps what is done, and finishes by itself after a purchase, in the version
 * it began with although a newer one was saved meanwhile. Read next: l-waiting.test.mjs.
 */
import assert from 'node:assert/strict';
import { smallTrial } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { choose, press, tabTo, write } from '../support/keyboard.mjs';
import { chooses, LONG, modelIsReady, paysWith, setUp, written } from '../support/people.mjs';
import {
  ended, inState, openTab, receiptPanel, resultText, runButton, runOf, standing, start,
} from '../support/work.mjs';
import { becomes, until } from '../support/until.mjs';

const NAME = 'News to e-mail';
const NEWS = 'Our bakery opens a second shop at the harbour in March. There will be rye bread.';
const STEPS = ['Rewrite for a channel', 'Ask Joule', 'Continue if…', 'Draft an e-mail'];
const RENAMED = 'Write to everybody';
const SHORT_QUESTION = 'Say in one sentence what is new.';

journey('A workflow: built by keyboard, dry between steps, on by itself in its own version', async (story) => {
  const server = await story.server({ catalog: smallTrial('6') });
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('It is built by keyboard alone', () => isBuilt(told));
  await story.step('It is saved as version 1, with an estimate for each step', () => isSaved(told));
  await story.step('Its run pauses between two steps for lack of credits', () => runsDry(told));
  await story.step('A second version is saved meanwhile', () => isEdited(told));
  await story.step('A purchase lets it go on by itself, in version 1, each step done once', () => goesOn(told));
  await story.step('The receipt has its lines by step', () => hasReceipt(told));
  await story.step('The next run is one of version 2', () => runsNewer(told));
  await story.step('A condition that is not met ends it early, and that is no failure', () => endsEarly(told));
  await story.step('The books are right', () => booksAreRight(told));
});

async function isBuilt({ story, server, owner, page }) {
  await setUp(owner, server);
  await modelIsReady(owner);
  await press(page, 'link', 'Workflows');
  await page.getByRole('heading', { level: 1, name: 'Workflows' }).waitFor();
  await press(page, 'link', 'New workflow');
  await page.getByRole('heading', { level: 1, name: 'New workflow' }).waitFor();
  await write(page, 'Name of the workflow', NAME);
  await press(page, 'button', 'Add an input');
  await page.keyboard.type('News');
  await choose(page, 'Kind', 'Longer text');
  await press(page, 'button', 'Add an AI Tool');
  await press(page, 'button', /^Rewrite for a channel/);
  await choose(page, /^Text/, 'From the form › News');
  await press(page, 'button', 'Add a question to Joule');
  await write(page, 'What Joule is asked', LONG);
  await press(page, 'button', 'Add material');
  await choose(page, /^Material 1/, 'Step 1 › result');
  await press(page, 'button', 'Add a condition');
  await choose(page, /^Continue if/, 'Step 2 › result');
  await choose(page, 'Test', 'is not empty');
  await press(page, 'button', 'Add an AI Tool');
  await press(page, 'button', /^Draft an e-mail/);
  await choose(page, /^Notes/, 'Step 2 › result');
  const steps = await page.getByTestId('builder-step').evaluateAll((all) =>
    all.map((one) => one.getAttribute('aria-label').split(': ')[1]));
  assert.deepEqual(steps, STEPS);
  story.saw(`${steps.length} steps: ${steps.join(' → ')}`);
}

async function isSaved(told) {
  const { story, owner, page } = told;
  const list = page.getByRole('list', { name: 'Estimate of each step' }).getByRole('listitem');
  await becomes('the estimate of all steps but the condition', () => list.count(), 3);
  const parts = await list.allInnerTexts();
  const total = await page.getByTestId('workflow-estimate').innerText();
  await press(page, 'button', 'Create workflow');
  await page.getByRole('heading', { level: 1, name: NAME }).waitFor();
  const { data } = await owner.api.get('/workflows');
  assert.deepEqual(data.map(({ name, version, steps }) => [name, version, steps]), [[NAME, 1, 4]]);
  told.workflow = await owner.api.get(`/workflows/${data[0].id}`);
  story.saw(`“${total}”: ${parts.map((part) => part.replaceAll('\n', ' ')).join('; ')}`);
}

async function runsDry(told) {
  const { story, owner, page } = told;
  await page.getByRole('textbox', { name: /^News/ }).fill(NEWS);
  const id = await start(page);
  const run = await inState(owner, id, ['paused_no_credits']);
  assert.equal(run.definition.version, 1);
  const done = run.steps.filter(({ state }) => state === 'succeeded');
  assert.ok(done.length > 0 && done.every(({ part }) => part < 4), 'finished steps are kept');
  assert.ok(run.steps.every(({ state }) => state === 'succeeded'), 'no step is half done');
  await standing(page).getByText('Paused: no credits.').waitFor();
  await standing(page).getByText(/It needs a hold of [\d.,]+ credits\./).waitFor();
  await standing(page).getByRole('button', { name: 'Resume' }).waitFor();
  const shown = await page.getByTestId('step').allInnerTexts();
  assert.ok(shown.some((text) => text.includes('Done')) && shown.some((text) => text.includes('Not started')));
  told.paused = { run, done };
  story.saw(`after ${done.map(({ name }) => name).join(', ')}: ${(await standing(page).innerText()).replaceAll(/\s+/g, ' ')}`);
}

async function isEdited(told) {
  const { story, owner, page, workflow } = told;
  told.editor = await owner.openTab(`/workflows/${workflow.id}/edit`);
  const last = told.editor.getByTestId('builder-step').last();
  await last.getByRole('textbox', { name: 'Name of the step' }).fill(RENAMED);
  await told.editor.getByRole('textbox', { name: 'What Joule is asked' }).fill(SHORT_QUESTION);
  await told.editor.getByTestId('save-workflow').click();
  await until('version 2 to be saved', async () =>
    (await owner.api.get(`/workflows/${workflow.id}`)).version === 2 || null);
  const { data } = await owner.api.get(`/workflows/${workflow.id}/versions`);
  assert.deepEqual(data.map(({ version }) => version).toSorted(), [1, 2]);
  await told.editor.close();
  assert.equal(await standing(page).getByText('Paused: no credits.').count(), 1);
  story.saw(`version 2 calls its last step “${RENAMED}”`);
}

async function goesOn(told) {
  const { story, server, owner, page, paused } = told;
  const buyer = await owner.openTab('/billing?buy=1');
  await chooses(buyer, /^5,000 credits/);
  await paysWith(buyer, /4242/);
  await buyer.getByTestId('credits-added').waitFor();
  const run = await ended(owner, paused.run.id);
  await buyer.close();
  assert.deepEqual([run.state, run.reason], ['succeeded', 'completed']);
  assert.equal(run.definition.version, 1, 'it kept its version');
  assert.deepEqual(run.definition.step_names, STEPS);
  for (const before of paused.done) {
    const after = run.steps.find(({ n }) => n === before.n);
    assert.deepEqual([after.name, after.attempt, after.result], [before.name, 1, before.result]);
  }
  const calls = (await server.calls()).map(({ call }) => call).filter((call) => call?.startsWith(run.id));
  assert.equal(new Set(calls).size, calls.length, 'no call was made twice');
  assert.equal(calls.length, run.steps.filter(({ kind }) => ['prompt', 'answer'].includes(kind)).length);
  await page.getByRole('button', { name: 'Show the results' }).waitFor();
  const text = await resultText(page);
  assert.match(text, /^Subject: \S/);
  told.run = run;
  story.saw(`it went on by itself: ${run.steps.length} steps, ${calls.length} calls, ${run.credits} credits; “${text.replaceAll(/\s+/g, ' ').slice(0, 120)}”`);
}

async function hasReceipt({ story, owner, page, run }) {
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  const parts = [...new Set(receipt.lines.map(({ part }) => part))];
  assert.deepEqual(parts, [1, 2, 4]);
  assert.equal(receipt.holds.length, 2, 'one hold before the pause, one after');
  await openTab(page, 'Receipt');
  const panel = receiptPanel(page);
  for (const [index, name] of STEPS.entries()) {
    if (index !== 2) await panel.getByText(`${index + 1}. ${name}`).first().waitFor();
  }
  await panel.getByRole('heading', { name: `${written(receipt.used)} credits used` }).waitFor();
  story.saw(`lines of steps ${parts.join(', ')}; ${receipt.used} used, ${receipt.holds.length} holds`);
}

async function runsNewer(told) {
  const { story, owner, page, workflow } = told;
  await page.goto(`/workflows/${workflow.id}`);
  await page.getByText('version 2', { exact: false }).first().waitFor();
  await page.getByRole('textbox', { name: /^News/ }).fill(NEWS);
  const run = await ended(owner, await start(page));
  assert.equal(run.state, 'succeeded');
  assert.equal(run.definition.version, 2);
  assert.equal(run.definition.step_names.at(-1), RENAMED);
  await page.getByTestId('step').filter({ hasText: 'Done' }).first().waitFor();
  await page.getByRole('heading', { level: 3, name: RENAMED }).waitFor();
  const { data } = await owner.api.get(`/runs?kind=workflow&subject=${workflow.id}`);
  assert.deepEqual(data.map(({ id }) => id), [run.id, told.run.id]);
  story.saw(`version 2 in one go: ${run.credits} credits`);
}

async function endsEarly({ story, owner, page, workflow }) {
  const { definition, version } = await owner.api.get(`/workflows/${workflow.id}`);
  const steps = definition.steps.map((step) => (step.kind === 'condition'
    ? { ...step, test: 'contains', right: { value: 'a word that nobody writes: xyzzy' } } : step));
  const { status } = await owner.api.ask('PATCH', `/workflows/${workflow.id}`, { definition: { ...definition, steps }, version });
  assert.equal(status, 200);
  await page.goto(`/workflows/${workflow.id}`);
  await page.getByText('version 3', { exact: false }).first().waitFor();
  await page.getByRole('textbox', { name: /^News/ }).fill(NEWS);
  const run = await ended(owner, await start(page));
  assert.deepEqual([run.state, run.reason], ['succeeded', 'condition_not_met']);
  assert.ok(run.steps.every(({ part }) => part <= 3));
  await standing(page).getByText('Ended early: a condition was not met, as the workflow says.').waitFor();
  story.saw(`${run.state}, ${run.reason}, ${run.credits} credits for the steps before`);
}

async function booksAreRight({ story, server, owner }) {
  assert.equal((await owner.api.get('/credits')).held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

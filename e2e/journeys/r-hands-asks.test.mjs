/**
 * Joule asks first: what would cost much waits for its person's Not now, Run or Always, over a
 * reload too, and only a press of a button answers. Stop ends it in the middle of a tool.
 * Read next: r-hands-browser.test.mjs.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { changed, quiet } from '../support/catalogs.mjs';
import { asking, attach, cards, cardSays, markdown, newestRun, unfold } from '../support/hands.mjs';
import { journey } from '../support/journey.mjs';
import { look, open } from '../support/looks.mjs';
import { answered, atRest, composer, send, setUp, stopButton } from '../support/people.mjs';
import { press, receiptAddsUp } from '../support/session.mjs';
import { until } from '../support/until.mjs';
import { ended } from '../support/work.mjs';

// Everything that costs anything asks.
const CATALOG = changed(quiet, [[/(\nask_above = )"500"/, '$1"0.5"']]);
const WANTED = { tool: 'translate', inputs: { text: 'The loaf costs 4.20 euros.', language: 'German' } };

journey('Joule asks before it starts what costs much', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ catalog: CATALOG, env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, owner, agent, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('It waits, says for what, and takes no focus', () => asks(told));
  await story.step('Not now, after a reload: it goes on without it', () => notNow(told));
  await story.step('Run, by keyboard', () => runs(told));
  await story.step('Always, up to an amount: the next one is not asked', () => always(told));
  await story.step('Stop in the middle of a tool', () => stops(told));
  await story.step('The screens with cards, in a session and at Home', () => looks(told));
  await story.step('No screen had a fault, and the books are right', () => isOver(told));
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

async function asks(told) {
  const { story, owner, server, agent, page } = told;
  await setUp(owner, server);
  await send(page, 'Translate “The loaf costs 4.20 euros.” into German.');
  await agent.calls('run_tool', WANTED);
  await asking(page).waitFor();
  const text = (await asking(page).innerText()).replaceAll('\n', ' ');
  assert.match(text, /Joule asks: Translate\?/);
  assert.match(text, /It may use [\d.,–]+ credits, usually [\d.,]+\. You have [\d.,]+ available\./);
  assert.match(text, /It waits for you until \d\d:\d\d\./);
  assert.match(text, /language German text The loaf costs/);
  await page.getByTestId('live-region').getByText(/^Joule waits for you: Translate\?/).waitFor();
  const within = await asking(page).evaluate((one) => one.contains(document.activeElement));
  assert.equal(within, false, 'the focus stays where it was');
  await page.getByTestId('working').getByText('Waiting for you').waitFor();
  const run = await newestRun(owner);
  assert.equal(run.state, 'waiting_for_input');
  await look(told, 'session-asking', { whole: false });
  story.saw(`“${text}”`);
}

async function notNow({ story, owner, agent, page }) {
  await page.reload();
  await asking(page).waitFor();
  await cardSays(page, 'Translate', 'waiting');
  await press(page, 'Not now');
  await asking(page).waitFor({ state: 'detached' });
  assert.match(await agent.knows(), /The person said: not now/);
  await agent.says('Then I leave it.');
  await answered(page, 1);
  await cardSays(page, 'Translate', 'declined');
  const run = await ended(owner, (await newestRun(owner)).id);
  assert.equal(run.steps.filter(({ kind }) => kind === 'prompt').length, 0, 'nothing was started');
  story.saw(`“${await cards(page).last().locator('summary').innerText()}”`.replaceAll('\n', ' '));
}

async function runs({ story, owner, agent, page }) {
  await send(page, 'Do it now.');
  await agent.calls('run_tool', WANTED);
  const button = asking(page).getByRole('button', { name: 'Run', exact: true });
  await button.focus();
  await page.keyboard.press('Enter');
  await asking(page).waitFor({ state: 'detached' });
  await until('the focus to be in the composer', () =>
    composer(page).evaluate((one) => one === document.activeElement));
  await agent.says('Der Laib kostet 4,20 Euro.');
  await cardSays(page, 'Translate', 'done');
  await agent.says('Done.');
  await answered(page, 2);
  const run = await newestRun(owner);
  await ended(owner, run.id);
  const { receipt } = await receiptAddsUp(owner, run.id);
  story.saw(`it ran: ${receipt.used} credits`);
}

async function always({ story, agent, page }) {
  await send(page, 'Again, and then once more.');
  await agent.calls('run_tool', WANTED);
  const amount = asking(page).getByRole('textbox', { name: 'Always allow up to' });
  await amount.fill('0.1');
  await press(page, 'Allow and run');
  await asking(page).getByText(/^It must cover this call: at least/).waitFor();
  await amount.fill('700');
  await press(page, 'Allow and run');
  await asking(page).waitFor({ state: 'detached' });
  await page.getByTestId('session-allowed').getByText('Calls up to 700 credits start without asking').waitFor();
  await agent.says('Eins.');
  await agent.calls('run_tool', { ...WANTED, inputs: { ...WANTED.inputs, language: 'Spanish' } });
  assert.match(await agent.knows(), /Translate this text into Spanish/);
  assert.equal(await asking(page).count(), 0, 'it is not asked again');
  await agent.says('Dos.');
  await agent.says('Both are done.');
  await answered(page, 3);
  story.saw('the second call began at once');
}

async function stops({ story, owner, agent, page }) {
  await send(page, 'And once more, please.');
  await agent.calls('run_tool', { ...WANTED, inputs: { ...WANTED.inputs, language: 'French' } });
  await cardSays(page, 'Translate', 'running');
  assert.match(await agent.knows(), /into French/);
  const dropped = agent.dropped;
  await stopButton(page).click();
  await answered(page, 4).catch(() => null);
  const run = await ended(owner, (await newestRun(owner)).id);
  assert.deepEqual([run.state, run.reason], ['cancelled', 'stopped']);
  await until('the request to be given up', () => agent.dropped === dropped + 1);
  await cardSays(page, 'Translate', 'stopped');
  await receiptAddsUp(owner, run.id);
  story.saw(`stopped: ${run.credits} credits; “${await cards(page).last().locator('summary').innerText()}”`.replaceAll('\n', ' '));
}

async function looks(told) {
  const { page } = told;
  await unfold(page, 'Translate');
  await look(told, 'session-cards', { whole: false });
  await page.getByRole('button', { name: /^Effort: / }).click();
  await page.getByRole('radio', { name: 'Medium' }).waitFor();
  await look(told, 'session-effort', { whole: false });
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await composer(page).fill('What do these say?');
  const long = 'a-rather-long-name-of-a-file-that-somebody-has-given-to-it-once.md';
  await attach(page, markdown('notes.md', 'One.'), markdown(long, 'Two.'));
  await look(told, 'home-attached');
  await open(page, '/help/hands', 'What the agent can do by itself');
  await look(told, 'help-hands');
}

async function isOver({ story, server, owner, faults }) {
  assert.equal(faults.length, 0, faults.join('\n'));
  assert.equal((await atRest(owner)).held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

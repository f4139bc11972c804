/**
 * The screens of browser sessions, as journey f looks at the others: axe in light and dark, 320 to
 * 1920 px, photographed in each state. At zero credits: q-browser-by-hand.test.mjs.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { bakery, BUTTON, FIELD } from '../support/bakery.mjs';
import { changed, quiet } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { look, open } from '../support/looks.mjs';
import { join, setUp } from '../support/people.mjs';
import {
  begin, clickOnPage, isMarked, logHas, pictureChanges, press, recording,
} from '../support/session.mjs';
import { Site } from '../support/site.mjs';
import { ended, openTab } from '../support/work.mjs';

// Looking takes its time: nothing ends by itself meanwhile.
const CATALOG = changed(quiet, [
  [/(\nidle_seconds = )180/, '$13600'],
  [/(\npause_seconds = )300/, '$13600'],
]);

journey('The screens of browser sessions', async (story) => {
  const site = await Site.start(bakery);
  story.finally(() => site.stop());
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ catalog: CATALOG, env: { ...site.allowed, ...agent.env } });
  const owner = await story.person(server);
  const told = { story, server, owner, site, agent, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('Where one is started', () => ofStarting(told));
  await story.step('The agent at work, paused, and taken over', () => ofWork(told));
  await story.step('Somebody who watches', () => ofWatching(told));
  await story.step('What is left of it', () => ofEnded(told));
  await story.step('Where no browser can be opened', () => ofNone(told));
  await story.step('No screen had a fault', () => {
    assert.equal(told.faults.length, 0, told.faults.join('\n'));
  });
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

async function ofStarting(told) {
  const { owner, server, page } = told;
  await setUp(owner, server);
  await open(page, '/browser', 'Browser session');
  await press(page, 'Start the session');
  await page.getByText('Say what is to be done, or where to begin.').waitFor();
  await look(told, 'browser-mistakes', { photos: false });
  await page.getByRole('textbox', { name: 'Task' }).fill('Order a loaf of rye bread for Ada.');
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByTestId('estimate').getByText(/^\d/).waitFor();
  await look(told, 'browser-start');
  await open(page, '/help/browser', 'Browser sessions');
  await page.getByText('An open browser costs 3 credits per minute.').waitFor();
  await look(told, 'help-browser');
}

async function ofWork(told) {
  const { site, agent, page } = told;
  told.run = await begin(page, { task: 'Order a loaf for Ada.', address: site.address('/'), minutes: 50 });
  await pictureChanges(page);
  await agent.clicks('Order bread', 'To order');
  await logHas(page, 'To order');
  await page.getByTestId('browser-address').getByText('Order bread').waitFor();
  await press(page, 'Pause');
  await isMarked(page, 'Paused');
  await look(told, 'browser-paused');
  await press(page, 'Continue');
  await isMarked(page, 'Working');
  await look(told, 'browser-working');
  await press(page, 'Take control');
  await isMarked(page, 'You are in control');
  await clickOnPage(page, FIELD);
  await page.keyboard.type('Ada');
  await look(told, 'browser-control');
  const before = await pictureChanges(page);
  await clickOnPage(page, BUTTON);
  await pictureChanges(page, before);
}

async function ofWatching(told) {
  const { story, server, page, run } = told;
  const watching = await told.owner.openTab('/team');
  await press(watching, 'Invite somebody');
  await press(watching, 'Make an invitation link');
  const link = await watching.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  await watching.close();
  const member = await story.person(server);
  await join(member, link);
  await member.page.goto(`/runs/${run}`);
  await isMarked(member.page, 'Olivia Owner is in control');
  await pictureChanges(member.page);
  await look(told, 'browser-watched', { page: member.page });
  await member.leave();
  await press(page, 'Release');
  await isMarked(page, 'Working');
}

async function ofEnded(told) {
  const { owner, agent, page, run } = told;
  await agent.calls('done', { answer: 'A loaf is ordered for **Ada**.\n\n- Rye bread, 4.20 euros\n- Open from 6 to 13' });
  await ended(owner, run);
  await recording(page).waitFor();
  await page.getByText('A loaf is ordered for').waitFor();
  await look(told, 'browser-recording');
  await openTab(page, 'Receipt');
  await page.getByText('given back').first().waitFor();
  await look(told, 'browser-receipt');
  await open(page, '/runs?kind=browser', 'Runs');
  await page.locator('tbody tr').first().waitFor();
  await look(told, 'runs-of-browser', { photos: false });
}

async function ofNone(told) {
  const { story } = told;
  const server = await story.server({ env: { AMPERE_BROWSER: 'off' } });
  const owner = await story.person(server);
  await setUp(owner, server);
  await owner.page.goto('/browser');
  await owner.page.getByTestId('browser-not-ready').waitFor();
  await look(told, 'browser-off', { page: owner.page });
}

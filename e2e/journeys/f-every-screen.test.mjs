/**
 * Every screen: axe without a violation in light and dark, no sideways scrolling from 320 px to
 * wide, photographed; with credits and without. Then the keyboard alone. Read next: screens.mjs.
 */
import assert from 'node:assert/strict';
import { axe } from '../support/axe.mjs';
import { DESKTOP, PHONE } from '../support/browser.mjs';
import { smallTrial } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { look, open, seen } from '../support/looks.mjs';
import {
  ask, atRest, chooses, composer, inMidAnswer, lastRun, LONG, modelIsReady, outOfCredits,
  sendButton, sessionOf, setUp, stopIfWorking,
} from '../support/people.mjs';
import { fitsSideways, paint, photograph, resize, settled } from '../support/screens.mjs';

const MARKDOWN_QUESTION = 'Make a table that compares tea and coffee.';

journey('Every screen in light and dark, narrow and wide, with credits and at zero', async (story) => {
  const server = await story.server({ catalog: smallTrial('20') });
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('Before the log-in: set-up, log-in, an invitation', () => beforeLogIn(told));
  await story.step('An answer while it is written', () => whileStreaming(told));
  await story.step('Every screen with credits', () => withCredits(told));
  await story.step('Buying: the dialog, the payment page, a decline', () => whileBuying(told));
  await story.step('Every screen at zero', () => atZero(told));
  await story.step('A member’s screens at zero', () => asMember(told));
  await story.step('No screen had a fault', () => {
    assert.equal(told.faults.length, 0, told.faults.join('\n'));
  });
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

async function beforeLogIn(told) {
  const { story, server, owner, page } = told;
  await page.goto(server.firstRunLink);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await look(told, 'setup');
  await setUp(owner, server);
  await modelIsReady(owner);
  const { url } = await owner.api.post('/invitations', { role: 'member' });
  told.visitor = await story.person(server);
  await open(told.visitor.page, '/login', 'Log in');
  await look(told, 'login', { page: told.visitor.page });
  told.visitor.expect(/status of 401 .*\/auth\/login/);
  await told.visitor.page.getByRole('textbox', { name: 'Email' }).fill('nobody@example.test');
  await told.visitor.page.getByLabel('Password', { exact: true }).fill('not the right one');
  await told.visitor.page.getByRole('button', { name: 'Log in', exact: true }).click();
  await told.visitor.page.getByRole('alert').waitFor();
  await look(told, 'login-refused', { page: told.visitor.page, photos: false });
  await told.visitor.page.goto(url);
  await told.visitor.page.getByRole('button', { name: 'Create account and join' }).waitFor();
  await look(told, 'join', { page: told.visitor.page });
}

async function whileStreaming(told) {
  const { owner, page } = told;
  await open(page, '/', 'Home');
  await look(told, 'home-empty');
  for (const scheme of ['light', 'dark']) {
    await paint(page, scheme);
    await resize(page, DESKTOP);
    const answer = await inMidAnswer(page, 40);
    await seen(told, () => axe(page, `session while streaming (${scheme})`));
    await photograph(page, `session-streaming-${scheme}-1280`, { whole: false });
    await resize(page, PHONE);
    await seen(told, () => fitsSideways(page, 'session while streaming at 390 px'));
    await photograph(page, `session-streaming-${scheme}-390`, { whole: false });
    await resize(page, DESKTOP);
    await stopIfWorking(page, answer);
  }
  told.session = sessionOf(page);
  await ask(page, MARKDOWN_QUESTION);
  told.run = (await lastRun(owner)).id;
  told.screens += 1;
}

function screensOf({ session, run }) {
  return [
    ['home', '/', 'Home'],
    ['sessions', '/sessions', 'Sessions'],
    ['session', `/sessions/${session}`, /.+/],
    ['runs', '/runs', 'Runs'],
    ['run', `/runs/${run}`, /.+/],
    ['receipt', `/runs/${run}/receipt`, 'Receipt'],
    ['usage', '/usage', 'Usage'],
    ['billing', '/billing', 'Billing'],
    ['team', '/team', 'Team'],
    ['settings', '/settings', 'Settings'],
    ['models', '/models', 'Models'],
    ['help', '/help', 'Help'],
    ['help-credits', '/help/credits', /.+/],
    ['help-zero', '/help/zero', /.+/],
    ['help-estimate', '/help/estimate', /.+/],
    ['help-providers', '/help/providers', /.+/],
  ];
}

async function withCredits(told) {
  const { page } = told;
  for (const [name, path, heading] of screensOf(told)) {
    await open(page, path, heading);
    await look(told, name, { whole: name !== 'session' });
  }
  await open(page, '/usage', 'Usage');
  await page.getByRole('button', { name: 'Show as table' }).click();
  await look(told, 'usage-table', { photos: false });
  await open(page, '/team', 'Team');
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByRole('button', { name: 'Make an invitation link' }).click();
  await page.getByRole('textbox', { name: 'Invitation link' }).waitFor();
  await look(told, 'team-invite');
  await open(page, '/', 'Home');
  await page.getByTestId('credit-badge').click();
  await page.getByRole('dialog').getByTestId('balance-facts').waitFor();
  await seen(told, () => axe(page, 'badge opened'));
  await photograph(page, 'badge-light-1280');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await keysOpen(told);
  await resize(page, PHONE);
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await page.getByRole('link', { name: 'Usage', exact: true }).waitFor();
  await settled(page);
  await seen(told, () => axe(page, 'menu at 390 px'));
  await photograph(page, 'menu-light-390');
  await resize(page, DESKTOP);
  await page.goto('/no/such/page');
  await page.getByRole('heading', { level: 1, name: 'There is no page at this address' }).waitFor();
  await look(told, 'not-found');
}

async function keysOpen(told) {
  const { page } = told;
  for (const [key, name] of [['?', 'Keyboard shortcuts'], ['Control+k', 'Go to anything']]) {
    await page.keyboard.press(key);
    await page.getByRole('dialog', { name }).waitFor();
    await look(told, name.toLowerCase().replaceAll(' ', '-'), { whole: false });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}

async function whileBuying(told) {
  const { owner, page } = told;
  await open(page, '/billing?buy=1', 'Billing');
  await page.getByRole('dialog', { name: 'Buy credits' }).getByRole('radio').first().waitFor();
  await look(told, 'billing-buy');
  await chooses(page, /^5,000 credits/);
  await page.getByRole('radio').first().waitFor();
  await look(told, 'checkout');
  owner.expect(/status of 402 .*\/pay/);
  await page.getByRole('radio', { name: /0002/ }).check();
  await page.getByRole('button', { name: /^Pay / }).click();
  // The pool may be low by now, which is an alert of its own.
  await page.getByRole('alert').filter({ hasText: 'declined' }).waitFor();
  await look(told, 'checkout-declined');
}

/** Real answers use the rest up; then every screen again. */
async function atZero(told) {
  const { page } = told;
  await runsDry(told);
  for (const [name, path, heading] of screensOf(told).filter((screen) => !screen[0].startsWith('help-'))) {
    await open(page, path, heading);
    await page.getByTestId('banner').waitFor();
    const photos = ['home', 'session', 'usage', 'billing'].includes(name);
    await look(told, `${name}-paused`, { photos, whole: name !== 'session' });
  }
  await open(page, '/', 'Home');
  await outOfCredits(page).waitFor();
  assert.ok(await sendButton(page).isDisabled());
}

/** Real answers until nothing can start; when the question does not fit any more, the shortest. */
async function runsDry({ owner, session, story }) {
  let text = LONG;
  for (let asked = 0; asked < 100; asked += 1) {
    const { state, available } = await atRest(owner);
    story.saw(`${available} available: ${state}`);
    if (state === 'paused') return;
    const { status } = await owner.api.ask('POST', `/sessions/${session}/messages`, { text });
    assert.ok([202, 402].includes(status), `sending answered ${status}`);
    if (status === 402) {
      const fresh = await owner.api.post('/sessions', {});
      await owner.api.ask('POST', `/sessions/${fresh.id}/messages`, { text: '?' });
      text = '?';
    }
  }
  assert.fail('the pool never ran dry');
}

async function asMember(told) {
  const { visitor } = told;
  const { page } = visitor;
  await page.getByRole('textbox', { name: 'Your name' }).fill('Max Member');
  await page.getByRole('textbox', { name: 'Email' }).fill('max@example.test');
  await page.getByLabel('Password', { exact: true }).fill('another pass phrase 2');
  await page.getByRole('button', { name: 'Create account and join' }).click();
  await composer(page).waitFor();
  await outOfCredits(page).waitFor();
  await look(told, 'member-home-paused', { page });
  for (const name of ['Billing', 'Team', 'Usage', 'Settings']) {
    await open(page, `/${name.toLowerCase()}`, name);
    await look(told, `member-${name.toLowerCase()}-paused`, { page, photos: name === 'Billing' });
  }
}


/**
 * The process itself: Ctrl-C ends everything it started, the second start is quick, a page that was
 * open over an upgrade finds its parts, and a lost password is set anew on the command line, with
 * the server running or not.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import { answered, logIn, modelIsReady, OWNER, send, setUp, SHORT } from '../support/people.mjs';
import { isAlive } from '../support/processes.mjs';
import { until } from '../support/until.mjs';

/** Or as long as the first one took, on a machine that is slow or busy. */
const SECOND_START_MS = 3_000;

journey('Ctrl-C, a second start, a lost password', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner };
  await story.step('Ctrl-C ends everything it started', () => ends(told));
  await story.step('The second start takes about a second and prints no first-run link', () => startsAgain(told));
  await story.step('A page that was open over an upgrade loads itself again, once for each part', () => upgrades(told));
  await story.step('reset-password works while the server runs', () => resets(told, 'a new pass phrase one'));
  await story.step('reset-password works while it does not', () => resetsAlone(told));
  await story.step('Its mistakes are told and change nothing', () => refuses(told));
});

async function ends({ story, server, owner }) {
  await setUp(owner, server);
  await modelIsReady(owner);
  assert.equal(server.workers().length, 1);
  owner.expect(/net::ERR_/);
  const { code, signal, milliseconds, started } = await server.interrupt();
  assert.deepEqual([code, signal], [0, null]);
  assert.ok(started.length >= 2);
  assert.ok(started.every((pid) => !isAlive(pid)));
  story.saw(`code 0 after ${Math.round(milliseconds)} ms; gone: ${started.join(', ')} (server and worker)`);
}

async function startsAgain(told) {
  const { story, server, owner } = told;
  const milliseconds = await server.restart();
  const most = Math.max(SECOND_START_MS, 2 * server.firstStartMs);
  assert.ok(milliseconds < most, `${milliseconds} ms, the first start took ${server.firstStartMs} ms`);
  assert.doesNotMatch(server.said, /\/setup#/);
  assert.equal((await owner.api.get('/auth/me')).user.email, OWNER.email, 'the log-in outlived it');
  const ready = performance.now();
  await modelIsReady(owner);
  told.seconds = milliseconds / 1000;
  story.saw(`second start: ${Math.round(milliseconds)} ms until it answers, the model ${Math.round(performance.now() - ready)} ms later`);
}

/** The part that `act` needs is gone until the page is loaded again; gives how often it was. */
async function withoutPart(page, part, act) {
  let loads = 0;
  const count = () => (loads += 1);
  const answer = (route) => (loads === 0 ? route.fulfill({ status: 404 }) : route.continue());
  page.on('load', count);
  await page.route(part, answer);
  await act();
  await page.unroute(part, answer);
  page.off('load', count);
  return loads;
}

async function upgrades({ story, owner }) {
  const { page } = owner;
  owner.expect(/status of 404 .*\/assets\//);
  owner.expect(/dynamically imported module|Unable to preload CSS/);
  const screen = await withoutPart(page, /\/assets\/UsageScreen-/, async () => {
    await page.getByRole('link', { name: 'Usage', exact: true }).click();
    await page.getByTestId('usage-available').waitFor();
  });
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  const inside = await withoutPart(page, /\/assets\/Markdown-/, async () => {
    await send(page, SHORT);
    await answered(page, 1);
  });
  assert.deepEqual([screen, inside], [1, 1]);
  story.saw('a screen and a part of one were gone: each time the page was loaded once, and went on');
}

async function resets({ story, server, owner }, password) {
  const { code, said } = await server.command(['reset-password', OWNER.email], `${password}\n${password}\n`);
  assert.equal(code, 0, said);
  assert.ok(!said.includes(password));
  owner.expect(/status of 401/);
  await until('the old log-in to be over', async () => (await owner.api.ask('GET', '/auth/me')).status === 401);
  await logIn(owner, { email: OWNER.email, password });
  story.saw(`“${said.trim().split('\n').at(-1)}”; the old log-in is over, the new password logs in`);
}

async function resetsAlone(told) {
  const { story, server, owner } = told;
  const password = 'a new pass phrase two';
  await server.interrupt();
  const { code, said } = await server.command(['reset-password', OWNER.email], `${password}\n${password}\n`);
  assert.equal(code, 0, said);
  await server.restart();
  await logIn(owner, { email: OWNER.email, password });
  story.saw('set while nothing ran; it logs in after the start');
}

async function refuses({ story, server, owner }) {
  const nobody = await server.command(['reset-password', 'nobody@example.test'], 'a good pass phrase\na good pass phrase\n');
  assert.notEqual(nobody.code, 0);
  const weak = await server.command(['reset-password', OWNER.email], 'short\nshort\n');
  assert.notEqual(weak.code, 0);
  assert.equal((await owner.api.get('/auth/me')).user.email, OWNER.email);
  story.saw(`“${nobody.said.trim().split('\n').at(-1)}”, “${weak.said.trim().split('\n').at(-1)}”`);
}

/**
 * A browser without a task: the person drives and no model is asked. Somebody else watches and
 * cannot touch it. It ends by itself when nothing is done, when its time or its cap is over, and
 * at zero credits none starts.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { bakery, FIELD, said } from '../support/bakery.mjs';
import { changed, quiet } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { look } from '../support/looks.mjs';
import { atRest, join, outOfCredits, setUp } from '../support/people.mjs';
import {
  begin, clickOnPage, isMarked, pad, picture, pictureChanges, press, receiptAddsUp, usedSoFar,
} from '../support/session.mjs';
import { Site } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { ended } from '../support/work.mjs';

// Small numbers, so that it ends by itself within the journey; a price at which the pool runs dry.
const CATALOG = changed(quiet, [
  [/(\[trial\]\ncredits = )"[^"]+"/, '$1"40"'],
  [/(\[browser\]\nper_minute = )"3"/, '$1"30"'],
  [/(\nidle_seconds = )180/, '$120'],
  [/(\npause_seconds = )300/, '$110'],
]);

journey('A browser session by hand, with somebody who watches, and its limits', async (story) => {
  const site = await Site.start(bakery);
  story.finally(() => site.stop());
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ catalog: CATALOG, env: { ...site.allowed, ...agent.env } });
  const owner = await story.person(server);
  const told = { story, server, owner, site, agent, page: owner.page, rules: 0, screens: 0, faults: [] };
  await story.step('Without a task the person is in control from the start', () => drives(told));
  await story.step('A second person watches and cannot control', () => isWatched(told));
  await story.step('With nothing done it ends by itself', () => idles(told));
  await story.step('No model was asked: only seconds are charged', () => isCheap(told));
  await story.step('A pause that is too long ends it', () => pausesTooLong(told));
  await story.step('A cap is never passed', () => isCapped(told));
  await story.step('At zero credits none starts, and it says what to do', () => isRefused(told));
});

async function drives(told) {
  const { story, server, owner, site, page } = told;
  await setUp(owner, server);
  const { link } = await invitation(page);
  told.member = await story.person(server, { scheme: 'dark' });
  await join(told.member, link);
  told.run = await begin(page, { address: site.address('/order') });
  await isMarked(page, 'You are in control');
  await pictureChanges(page);
  await clickOnPage(page, FIELD);
  await page.keyboard.type('Max');
  await until('the site to hear of it', () => said(site).includes('typed Max'));
  await page.getByText('Ends by itself after 20 seconds in which nothing is done.').waitFor();
  story.saw(`the site heard: ${said(site).join(', ')}`);
}

async function invitation(page) {
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await press(page, 'Invite somebody');
  await press(page, 'Make an invitation link');
  const link = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  await press(page, 'Done');
  return { link };
}

async function isWatched({ story, member, run, page, site }) {
  const { page: other, api } = member;
  await other.goto(`/runs/${run}`);
  await isMarked(other, 'Olivia Owner is in control');
  const before = await pictureChanges(other);
  await other.getByText('Olivia Owner can take control. You are watching.').waitFor();
  for (const name of ['Take control', 'Pause', 'Stop', 'Release']) {
    assert.equal(await other.getByRole('button', { name, exact: true }).count(), 0, name);
  }
  assert.equal(await pad(other).count(), 0);
  member.expect(/status of 40[39] .*\/browser\//);
  for (const act of ['control', 'pause', 'release']) {
    const { status } = await api.ask('POST', `/runs/${run}/browser/${act}`);
    assert.ok(status === 403 || status === 409, `${act}: ${status}`);
  }
  const click = { events: [{ kind: 'click', x: 1, y: 1 }] };
  const { status } = await api.ask('POST', `/runs/${run}/browser/input`, click);
  assert.ok(status === 403 || status === 409, `input: ${status}`);
  await pad(page).focus();
  await page.keyboard.type(' and Moritz');
  await until('the site to hear of it', () => said(site).includes('typed Max and Moritz'));
  await pictureChanges(other, before);
  story.saw('the watcher’s picture follows; their acts are refused with 403 or 409');
}

async function idles(told) {
  const { story, owner, page, run, member } = told;
  await usedSoFar(page);
  told.idle = await ended(owner, run);
  assert.equal(told.idle.reason, 'idle_too_long', `${told.idle.state} ${told.idle.reason}`);
  for (const one of [page, member.page]) {
    await one.getByText('Ended by itself: nothing had been done').first().waitFor();
    await one.getByTestId('recording').waitFor();
    assert.equal(await picture(one).count(), 0);
  }
  story.saw(`${told.idle.state}: ${told.idle.reason}; both windows show the recording`);
}

async function isCheap({ story, owner, agent, run }) {
  const { receipt, seconds } = await receiptAddsUp(owner, run);
  assert.deepEqual(receipt.lines.map(({ measure }) => measure), ['seconds']);
  assert.equal(agent.told.length, 0, 'no model was asked');
  story.saw(`${seconds} seconds, ${receipt.used} credits, no call of a model`);
}

async function pausesTooLong({ story, owner, site, page }) {
  const run = await begin(page, { address: site.address('/prices') });
  await isMarked(page, 'You are in control');
  await pictureChanges(page);
  await press(page, 'Pause');
  await isMarked(page, 'Paused');
  const done = await ended(owner, run);
  assert.equal(done.reason, 'paused_too_long');
  await page.getByText('Ended by itself: it was paused').first().waitFor();
  const { seconds } = await receiptAddsUp(owner, run);
  story.saw(`${done.reason} after 10 s of pause; ${seconds} s are charged`);
}

async function isCapped({ story, owner, site, page }) {
  const run = await begin(page, { address: site.address('/order'), cap: '14' });
  await isMarked(page, 'You are in control');
  await page.getByTestId('browser-count').getByText('cap 14').waitFor();
  // Somebody who goes on typing is not idle.
  const done = await busyUntilEnded(owner, page, run);
  assert.equal(done.reason, 'stopped_at_cap', `${done.state} ${done.reason}`);
  assert.ok(Number(done.credits) <= 14, done.credits);
  await receiptAddsUp(owner, run);
  story.saw(`${done.reason} at ${done.credits} of 14`);
}

async function busyUntilEnded(owner, page, run) {
  owner.expect(/status of 40[39] .*\/browser\//);
  return until('the session to end', async () => {
    const now = await owner.api.get(`/runs/${run}`);
    if (now.ended_at !== null) return now;
    const events = [{ kind: 'scroll', x: 500, y: 300, dx: 0, dy: 10 }];
    await owner.api.ask('POST', `/runs/${run}/browser/input`, { events });
    return null;
  });
}

async function isRefused(told) {
  const { story, owner, site, page } = told;
  // Until the pool is empty: the last one ends because of that.
  const run = await begin(page, { address: site.address('/order') });
  const last = await busyUntilEnded(owner, page, run);
  const { state } = await atRest(owner);
  assert.equal(state, 'paused', `${last.reason}, ${state}`);
  await page.goto('/browser');
  await page.getByRole('textbox', { name: 'Start address' }).fill(site.address('/'));
  await outOfCredits(page).waitFor();
  await look(told, 'browser-at-zero');
  assert.deepEqual(told.faults, []);
  const button = page.getByRole('button', { name: 'Start the session' });
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  await outOfCredits(page).getByRole('link', { name: 'Buy credits' }).waitFor();
  const { status, body } = await owner.api.ask('POST', '/runs', { browser: { url: site.address('/') } });
  assert.deepEqual([status, body.code], [402, 'insufficient_credits']);
  await page.goto(`/runs/${run}`);
  await page.getByTestId('recording').waitFor();
  story.saw(`the last one ended by ${last.reason}; the next is refused with 402; recordings stay open`);
}

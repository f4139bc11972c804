/**
 * An empty pool: real answers use it up, work pauses and everything else stays open; a declined
 * card, a good card, and the kept draft is sent without a reload. Read next: c-second-person.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { smallTrial } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import {
  answered, answers, ask, atRest, badge, badgeTells, chooses, composer, LONG,
  modelIsReady, outOfCredits, paysWith, sendButton, sessionOf, setUp, SHORT, usesUp, written,
} from '../support/people.mjs';
import { repository } from '../support/places.mjs';

const DRAFT = `Say hello in one short sentence. ${'Please. '.repeat(60)}`.trim();

journey('Zero: the pool runs dry, work pauses, a purchase lets it go on', async (story) => {
  const server = await story.server({ catalog: smallTrial('7') });
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('A message too large for what is left is refused with its numbers', () => isTooLarge(told));
  await story.step('Real answers use the trial up', () => runsDry(told));
  await story.step('The pause says what happened, what works and who can fix it', () => isPaused(told));
  await story.step('The API refuses with one 402 problem and changes nothing', () => isRefused(told));
  await story.step('Every page of the sidebar opens, and looking spends nothing', () => opensAll(told));
  await story.step('Every GET of the API answers at zero', () => answersAll(told));
  await story.step('A declined card says why and adds nothing', () => isDeclined(told));
  await story.step('A good card adds the pack at once', () => buys(told));
  await story.step('The kept draft is sent without a reload', () => goesOn(told));
});

async function isTooLarge(told) {
  const { story, server, owner, page } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  await ask(page, SHORT);
  told.session = sessionOf(page);
  const { state, available } = await atRest(owner);
  assert.notEqual(state, 'paused');
  owner.expect(/status of 402 .*\/messages/);
  await composer(page).fill(DRAFT);
  await sendButton(page).click();
  const numbers = outOfCredits(page).getByText(/^This needs a hold of [\d.,]+ credits; /);
  await numbers.waitFor();
  const said = await numbers.innerText();
  assert.ok(said.endsWith(`; ${written(available)} are available.`), said);
  assert.equal(await composer(page).inputValue(), DRAFT, 'the draft is kept');
  assert.equal(await answers(page).count(), 1, 'nothing was started');
  story.saw(`“${said}”`);
}

async function runsDry(told) {
  const { story, owner, page } = told;
  // A long answer may finish beyond what is left: started work is not cut off.
  const count = await usesUp(owner, LONG, (nth, before, after) => {
    story.saw(`answer ${nth}: ${before.available} → ${after.available} available (${after.state})`);
  });
  assert.ok(count >= 1, 'real answers used it up');
  const runs = await owner.api.get('/runs?limit=50');
  assert.ok(runs.data.every(({ state, model }) => state === 'succeeded' && model === 'local'));
  await opensSession(page, told.session);
  told.answers = await answers(page).count();
}

async function opensSession(page, id) {
  await page.getByRole('link', { name: 'Sessions', exact: true }).first().click();
  await page.locator(`a[href="/sessions/${id}"]`).first().click();
  await answers(page).last().waitFor();
}

async function isPaused(told) {
  const { story, owner, page } = told;
  await composer(page).fill(DRAFT);
  await outOfCredits(page).waitFor();
  const text = await outOfCredits(page).innerText();
  assert.match(text, /credits/);
  assert.match(text, /Everything you made stays open/);
  assert.match(text, /Sending starts again when credits are available/);
  await outOfCredits(page).getByRole('link', { name: 'Buy credits' }).waitFor();
  assert.equal(await composer(page).inputValue(), DRAFT, 'the draft is kept');
  assert.ok(await sendButton(page).isDisabled());
  const balance = await owner.api.get('/credits');
  await badgeTells(page, balance);
  told.paused = balance;
  story.saw(`state ${balance.state}, available ${balance.available}: “${text.split('\n')[0]}”`);
  assert.match(await badge(page).innerText(), /credits?, paused$/);
}

async function isRefused({ story, server, owner, session }) {
  const before = await owner.api.get('/credits');
  const { status, headers, body } = await owner.api.ask('POST', `/sessions/${session}/messages`, { text: DRAFT });
  assert.equal(status, 402);
  assert.match(headers['content-type'], /^application\/problem\+json/);
  assert.equal(body.code, 'insufficient_credits');
  assert.equal(body.available, before.available);
  assert.equal(body.position, before.position);
  assert.ok(Number(body.required) > Number(body.available));
  const [{ action, url }] = body.resolutions;
  assert.deepEqual([action, url], ['buy_credits', `${server.url}/billing?buy=1`]);
  assert.equal((await owner.api.get('/credits')).position, before.position);
  story.saw(`402 ${body.code}: required ${body.required}, available ${body.available}, short of ${body.shortfall}`);
}

async function opensAll({ story, owner, page, paused }) {
  const names = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
  assert.ok(names.length >= 8, names.join(', '));
  for (const name of [...names, 'Help']) {
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    await page.getByTestId('banner').getByText(/AI runs are paused/).waitFor();
    await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('alert').filter({ hasText: 'could not be loaded' }).count(), 0, name);
  }
  assert.equal((await owner.api.get('/credits')).position, paused.position);
  story.saw(`opened at zero: ${names.join(', ')}, Help; position still ${paused.position}`);
}

/** The GET routes as openapi.json lists them, with ids of this installation put in. */
async function answersAll({ story, owner, session, paused }) {
  const { paths } = JSON.parse(readFileSync(join(repository, 'openapi.json'), 'utf8'));
  const run = (await owner.api.get('/runs?limit=1')).data[0].id;
  const streams = ['runEvents', 'orgEvents', 'browserLive'];
  const ids = { sessions: session, runs: run };
  let count = 0;
  for (const [path, { get }] of Object.entries(paths)) {
    if (get === undefined || streams.includes(get.operationId)) continue;
    const filled = path.replace(/\/(\w+)\/\{id\}/, (_, kind) => `/${kind}/${ids[kind] ?? 'none'}`);
    // The run is a message's: no picture was kept of it.
    const wanted = /\/none|\/stills\/\{number\}/.test(filled) ? 404 : 200;
    const asked = filled.replace('/api/v1', '').replace('{number}', '1');
    const { status } = await owner.api.ask('GET', asked);
    assert.equal(status, wanted, `GET ${filled}`);
    count += 1;
  }
  assert.ok(count > 20);
  assert.equal((await owner.api.get('/credits')).position, paused.position);
  story.saw(`${count} GET routes answered; position still ${paused.position}`);
}

async function isDeclined(told) {
  const { story, owner, page, session } = told;
  await opensSession(page, session);
  assert.equal(await composer(page).inputValue(), DRAFT, 'the draft is still there');
  await page.evaluate(() => (globalThis.neverReloaded = true));
  await outOfCredits(page).getByRole('link', { name: 'Buy credits' }).click();
  await chooses(page, /^5,000 credits/);
  owner.expect(/status of 402 .*\/pay/);
  await paysWith(page, /9995/);
  const alert = page.getByRole('alert').filter({ hasText: 'declined' });
  await alert.waitFor();
  const text = await alert.innerText();
  assert.match(text, /insufficient funds/);
  assert.match(text, /Nothing was charged/);
  const balance = await owner.api.get('/credits');
  assert.equal(balance.position, told.paused.position, 'nothing was booked');
  const { data } = await owner.api.get('/billing/activity');
  assert.deepEqual([data[0].type, data[0].credits, data[0].status], ['declined', null, 'declined']);
  story.saw(`“${text.replaceAll('\n', ' ')}”`);
}

async function buys(told) {
  const { story, owner, page, paused } = told;
  await paysWith(page, /4242/);
  await page.getByTestId('credits-added').getByText('5,000 credits added').waitFor();
  const balance = await owner.api.get('/credits');
  const { data } = await owner.api.get('/credits/ledger?limit=5');
  const booked = data.filter(({ position }) => position > paused.position).map(({ kind }) => kind);
  // What was used beyond zero is paid from the new credits first.
  const wanted = paused.outstanding === '0' ? ['granted'] : ['granted', 'debt_paid'];
  assert.deepEqual(booked.toReversed(), wanted, 'one grant');
  assert.equal(balance.outstanding, '0');
  assert.notEqual(balance.state, 'paused');
  await badgeTells(page, balance);
  const activity = page.getByRole('table', { name: 'Recent activity' });
  await activity.getByRole('row').filter({ hasText: 'Purchase' }).filter({ hasText: '5,000' }).waitFor();
  const pause = page.getByTestId('banner').filter({ hasText: 'paused' });
  assert.equal(await pause.count(), 0, 'the banner of the pause is gone');
  story.saw(`${booked.length} entries; purchased ${balance.purchased} after ${paused.outstanding} outstanding, badge ${await badge(page).innerText()}, activity lists it`);
}

async function goesOn({ story, owner, page, session, answers: given }) {
  await opensSession(page, session);
  assert.equal(await composer(page).inputValue(), DRAFT);
  assert.equal(await outOfCredits(page).count(), 0);
  await sendButton(page).click();
  await answered(page, given + 1);
  assert.equal(await composer(page).inputValue(), '', 'the draft was sent');
  assert.equal(await page.evaluate(() => globalThis.neverReloaded), true, 'the page was never loaded again');
  const { data } = await owner.api.get('/runs?limit=1');
  assert.equal(data[0].state, 'succeeded');
  const receipt = await owner.api.get(`/runs/${data[0].id}/receipt`);
  story.saw(`the draft was answered for ${receipt.used}, paid from ${receipt.paid_from.map(({ label }) => label).join(' and ')}`);
  const verified = await owner.api.get('/credits');
  assert.equal(verified.outstanding, '0');
}

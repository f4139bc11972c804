/**
 * The end of a plan: cancelled, resumed, cancelled again; when its period is over the purchased
 * credits are locked and nothing starts; a restart unlocks them. The operator moves the sandbox's
 * clock on Settings. Read next: s-recharge.test.mjs.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import {
  arrived, banner, buysWithSavedCard, movesClock, opensBilling, planIs, previewed,
  section, standsAs, startsPlan,
} from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import {
  answered, badge, badgeTells, composer, outOfCredits, send, sendButton, setUp,
} from '../support/people.mjs';

const DRAFT = 'Say hello.';

journey('Cancelled, locked, restarted', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, owner, agent, page: owner.page };
  await story.step('A plan, and credits bought with the saved card', () => buys(told));
  await story.step('Cancelling tells what stays, what is locked, what pauses', () => cancels(told));
  await story.step('Resumed: nothing to pay; cancelled again', () => resumes(told));
  await story.step('The period over: what was bought is locked', () => ends(told));
  await story.step('Nothing starts, everything opens, and it is said why', () => isLocked(told));
  await story.step('A restart unlocks the credits, and work goes on', () => restarts(told));
  await story.step('The books are right', () => booksAreRight(told));
});

async function buys({ story, server, owner, page }) {
  await setUp(owner, server);
  await startsPlan(page, 'Starter');
  const { facts, says } = await buysWithSavedCard(page, /^5,000 credits/);
  assert.equal(says, 'Pay $15.00');
  assert.equal(facts.Total, '$15.00');
  assert.match(facts.Card, /•••• 4242/);
  await arrived(page).getByText('5,000 credits added').waitFor();
  const balance = await owner.api.get('/credits');
  assert.deepEqual([balance.included, balance.purchased], ['11000', '5000']);
  await badgeTells(page, balance);
  const recharge = await owner.api.get('/billing/auto-recharge');
  assert.deepEqual([recharge.enabled, recharge.monthly_limit], [false, null], 'a purchase leaves auto-recharge alone');
  story.saw(`${JSON.stringify(facts)}; auto-recharge stays ${recharge.state}`);
}

async function opensCancel(page) {
  await opensBilling(page);
  await section(page, 'Subscription').getByRole('link', { name: 'Cancel plan' }).click();
  await page.getByRole('heading', { level: 1, name: 'Cancel plan' }).waitFor();
  await section(page, 'What gets locked').waitFor();
}

async function cancels({ story, owner, page }) {
  await opensCancel(page);
  const locked = await section(page, 'What gets locked').innerText();
  assert.match(locked, /5,000 credits, expire on \d/);
  assert.match(await section(page, 'What pauses').innerText(), /No schedule is active\./);
  await page.getByRole('link', { name: 'Keep plan' }).click();
  await planIs(page, 'Active');
  await opensCancel(page);
  await page.getByRole('textbox', { name: 'Why are you leaving? (optional)' }).fill('Only for a while.');
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await planIs(page, 'Ending');
  const text = await banner(page).innerText();
  assert.match(text, /^Your plan ends on .* 5,000 purchased credits stay usable until then and are then locked\./);
  const { state, ends_at: end } = await owner.api.get('/billing');
  assert.equal(state, 'ending');
  story.saw(`“${locked.replaceAll('\n', ' ')}”; “${text.split('\n')[0]}” (${end})`);
}

async function resumes({ story, owner, page }) {
  await banner(page).getByRole('button', { name: 'Resume plan' }).click();
  await planIs(page, 'Active');
  const { data } = await owner.api.get('/billing/invoices');
  assert.deepEqual(data.map(({ text }) => text), ['Credits', 'Plan'], 'resuming costs nothing');
  await opensCancel(page);
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await planIs(page, 'Ending');
  story.saw(`resumed: still ${data.length} payments; cancelled again`);
}

async function ends(told) {
  const { story, owner, page } = told;
  const { ends_at: end } = await owner.api.get('/billing');
  const after = new Date(Date.parse(end) + 24 * 3_600_000).toISOString();
  await movesClock(owner, after.slice(0, 16));
  const billing = await standsAs(owner, 'ended');
  const balance = await owner.api.get('/credits');
  assert.deepEqual([balance.state, balance.locked, balance.available], ['locked', '5000', '0']);
  assert.ok(!billing.actions.includes('buy_credits'), billing.actions.join());
  await opensBilling(page);
  await planIs(page, 'Ended, credits locked');
  await badgeTells(page, balance);
  assert.match(await badge(page).innerText(), /locked$/);
  const text = await banner(page).innerText();
  assert.match(text, /^5,000 credits are locked\. Restart a plan before they expire/);
  assert.equal(await page.getByRole('link', { name: 'Buy credits' }).count(), 0);
  const { data } = await owner.api.get('/billing/activity?limit=5');
  story.saw(`“${text.split('\n')[0]}”; ${data.map(({ type, credits }) => `${type} ${credits}`).join(', ')}`);
}

async function isLocked({ story, owner, page }) {
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await outOfCredits(page).waitFor();
  await composer(page).fill(DRAFT);
  assert.ok(await sendButton(page).isDisabled());
  const text = await outOfCredits(page).innerText();
  assert.match(text, /^AI runs are paused: 5,000 credits locked/);
  assert.match(text, /Everything you made stays open/);
  await outOfCredits(page).getByRole('link', { name: 'Restart plan' }).waitFor();
  const { id } = await owner.api.post('/sessions', {});
  const before = await owner.api.get('/credits');
  const { status, body } = await owner.api.ask('POST', `/sessions/${id}/messages`, { text: DRAFT });
  assert.equal(status, 402);
  assert.ok(body.resolutions.some(({ action }) => action === 'restart_plan'), JSON.stringify(body));
  assert.equal((await owner.api.get('/credits')).position, before.position);
  const names = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
  for (const name of names) {
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }
  story.saw(`402 ${body.code}: “${body.detail}”; ${names.length} screens opened; “${text.split('\n').slice(0, 2).join(' ')}”`);
}

async function restarts({ story, owner, agent, page }) {
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await outOfCredits(page).getByRole('link', { name: 'Restart plan' }).click();
  const { dialog, facts, confirm, says } = await previewed(page);
  assert.equal(says, 'Pay $29.00 and restart');
  assert.equal(facts['Credits after the change'], '15,000 credits (10,000 credits more)');
  await confirm.click();
  await dialog.getByRole('link', { name: 'Back to Billing' }).click();
  await planIs(page, 'Active');
  const balance = await owner.api.get('/credits');
  assert.deepEqual([balance.locked, balance.purchased, balance.included], ['0', '5000', '10000']);
  await badgeTells(page, balance);
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  assert.equal(await composer(page).inputValue(), DRAFT, 'the draft was kept');
  await send(page, DRAFT);
  await agent.says('Hello.');
  assert.match(await answered(page, 1), /Hello\./);
  story.saw(`${says}: ${JSON.stringify(facts)}; the kept draft was answered`);
}

async function booksAreRight({ story, server, owner }) {
  const { data } = await owner.api.get('/billing/activity?limit=50');
  const kinds = data.map(({ type }) => type);
  assert.ok(['purchase', 'plan', 'locked', 'unlocked'].every((kind) => kinds.includes(kind)), kinds.join());
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`${kinds.join(', ')}; ampere verify: ${said.trim().split('\n').at(-1)}`);
}

/**
 * Auto-recharge with a card that does not pay: three declines, an hour apart, and it is off and
 * bound to that card; another card turns it on again. And a bank that wants to be asked: nothing
 * is added until its person confirms.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import {
  answersBank, banner, opensBilling, passesTo, rechargeIs, savesCard, savesRecharge,
  setsRecharge, startsPlan,
} from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import { answered, send, setUp } from '../support/people.mjs';
import { until } from '../support/until.mjs';

journey('Auto-recharge: declined three times, another card, a bank that asks', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, owner, agent, page: owner.page };
  await story.step('A plan, and then a card that is declined later', () => begins(told));
  await story.step('The first decline: it says why and when it tries again', () => declinesOnce(told));
  await story.step('After the third it is off, and says so everywhere', () => declinesThrice(told));
  await story.step('The same card does not turn it on by itself', () => isBound(told));
  await story.step('Another card does, and pays', () => isMended(told));
  await story.step('A bank that asks: nothing is added until its person confirms', () => asksBank(told));
  await story.step('The books are right', () => booksAreRight(told));
});

const recharge = ({ owner }) => owner.api.get('/billing/auto-recharge');

async function stands(told, state) {
  return until(`auto-recharge to be ${state}`, async () => {
    const now = await recharge(told);
    return now.state === state ? now : null;
  });
}

async function begins({ story, server, owner, page }) {
  await setUp(owner, server);
  await startsPlan(page, 'Starter');
  await savesCard(page, /0341/);
  const { card } = await owner.api.get('/billing');
  assert.equal(card.last4, '0341');
  story.saw(`card •••• ${card.last4}`);
}

async function declinesOnce(told) {
  const { story, owner, page } = told;
  owner.expect(/status of 409 .*\/billing\/auto-recharge/);
  const form = await setsRecharge(page, { on: true, threshold: '15000', amount: '5000', limit: '50000' });
  await savesRecharge(form);
  await page.getByRole('dialog').getByRole('button', { name: 'Save and buy' }).click();
  const { state_text: said, next_attempt_at: next } = await stands(told, 'last_failed');
  await rechargeIs(page, 'On, last payment failed');
  assert.match(said, /declined.*We will try again in an hour\./);
  assert.equal((await owner.api.get('/credits')).total, '11000', 'nothing was added');
  told.next = next;
  story.saw(`“${said}” next try ${next}`);
}

/** An hour later, at the next use, it tries again. */
async function usesAfter(told, at, count) {
  const { owner, agent, page } = told;
  await passesTo(owner, new Date(Date.parse(at) + 1_000).toISOString());
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await send(page, 'Say hello.');
  await agent.says('Hello.');
  await answered(page, 1);
  return until(`decline number ${count}`, async () => {
    const { data } = await owner.api.get('/billing/activity?kind=declined');
    return data.length >= count ? data : null;
  });
}

async function declinesThrice(told) {
  const { story, page } = told;
  await usesAfter(told, told.next, 2);
  const second = await stands(told, 'last_failed');
  const declined = await usesAfter(told, second.next_attempt_at, 3);
  const off = await stands(told, 'off_after_declines');
  assert.equal(off.enabled, false);
  assert.equal(declined.length, 3, 'three attempts, not one more');
  await banner(page).getByText(/^Auto-recharge is off: the card was declined too often/).waitFor();
  await banner(page).getByRole('link', { name: 'Open auto-recharge' }).click();
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
  await rechargeIs(page, 'Off after three declines');
  const hours = declined.map(({ at }) => at).toReversed();
  story.saw(`declined at ${hours.join(', ')}; “${off.state_text}”`);
}

async function isBound(told) {
  const { story, page, owner } = told;
  owner.expect(/status of 422 .*\/billing\/auto-recharge/);
  const form = await setsRecharge(page, { on: true });
  await savesRecharge(form);
  const text = form.getByText('This card was declined. Save another card, or confirm');
  await text.waitFor();
  assert.equal((await recharge(told)).enabled, false);
  story.saw(await text.innerText());
}

async function isMended(told) {
  const { story, owner, page } = told;
  await savesCard(page, /4242/);
  const form = await setsRecharge(page, { on: true });
  assert.equal(await form.getByRole('checkbox', { name: /^Use .* again/ }).count(), 0);
  await savesRecharge(form);
  await page.getByRole('dialog').getByRole('button', { name: 'Save and buy' }).click();
  await until('the purchase', async () => (await owner.api.get('/credits')).purchased === '5000' || null);
  await stands(told, 'on');
  await rechargeIs(page, 'On');
  await banner(page).waitFor({ state: 'detached' });
  const { this_month: month } = await recharge(told);
  assert.equal(month, '5000', 'what was declined does not count');
  story.saw(`on again with another card; this month ${month}`);
}

async function asksBank(told) {
  const { story, owner, page } = told;
  await savesCard(page, /3184/);
  const form = await setsRecharge(page, { threshold: '20000' });
  await savesRecharge(form);
  await page.getByRole('dialog').getByRole('button', { name: 'Save and buy' }).click();
  const { state_text: said } = await stands(told, 'needs_confirmation');
  assert.equal((await owner.api.get('/credits')).purchased, '5000', 'nothing is added yet');
  await banner(page).getByText('Your bank wants you to confirm this payment.').waitFor();
  await banner(page).getByRole('link', { name: 'Confirm payment' }).click();
  await answersBank(page, 'Confirm');
  await until('the purchase', async () => (await owner.api.get('/credits')).purchased === '10000' || null);
  await opensBilling(page);
  const activity = page.getByRole('table', { name: 'Recent activity' });
  await activity.getByRole('row').filter({ hasText: 'Auto-recharge' }).first().waitFor();
  story.saw(`“${said}”; confirmed, 5,000 more`);
}

async function booksAreRight({ story, server, owner }) {
  const { data } = await owner.api.get('/billing/activity?kind=recharge');
  assert.equal(data.length, 2);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

/**
 * The card of auto-recharge in every state that it can be in: axe without a violation in light
 * and dark, no sideways scrolling from 320 px to wide, photographed. Read next: s-recharge.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import {
  passesTo, rechargeIs, savesCard, savesRecharge, section, setsRecharge, startsPlan,
} from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import { look, open } from '../support/looks.mjs';
import { answered, send, setUp } from '../support/people.mjs';
import { until } from '../support/until.mjs';

journey('Every state of auto-recharge', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, owner, agent, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('Off, and its settings', () => ofOff(told));
  await story.step('On', () => ofOn(told));
  await story.step('The month’s limit reached', () => ofLimit(told));
  await story.step('The last payment failed; off after three', () => ofDeclines(told));
  await story.step('The bank wants to be asked', () => ofBank(told));
  await story.step('No screen had a fault', () => {
    assert.equal(told.faults.length, 0, told.faults.join('\n'));
  });
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

/** Billing with auto-recharge in a state. */
async function rechargeLooks(told, state, word) {
  const { owner, page } = told;
  const now = await until(`auto-recharge to be ${state}`, async () => {
    const one = await owner.api.get('/billing/auto-recharge');
    return one.state === state ? one : null;
  });
  await open(page, '/billing', 'Billing');
  await rechargeIs(page, word);
  await look(told, `recharge-${state.replaceAll('_', '-')}`);
  told.story.saw(`${state}: “${now.state_text}”`);
  return now;
}

async function ofOff(told) {
  const { server, owner, page } = told;
  await setUp(owner, server);
  await startsPlan(page, 'Starter');
  await rechargeLooks(told, 'off', 'Off');
  const form = await setsRecharge(page, { on: true, threshold: '10000', amount: '5000' });
  await savesRecharge(form);
  await form.getByText('Give the most credits it may buy in a month.').waitFor();
  await look(told, 'recharge-settings');
  await form.getByRole('textbox', { name: /^At most in a month/ }).fill('9,000');
  await savesRecharge(form);
  owner.expect(/status of 409 .*\/billing\/auto-recharge/);
}

async function ofOn(told) {
  await rechargeLooks(told, 'on', 'On');
}

/** Saves settings by which it buys at once. */
async function buysNow(told, threshold, more = {}) {
  const form = await setsRecharge(told.page, { threshold, ...more });
  await savesRecharge(form);
  const question = told.page.getByRole('dialog', { name: 'Buy credits now?' });
  await question.waitFor();
  await told.asked?.();
  await question.getByRole('button', { name: 'Save and buy' }).click();
  await question.waitFor({ state: 'detached' });
}

async function ofLimit(told) {
  told.asked = () => look(told, 'recharge-asks', { whole: false });
  await buysNow(told, '15000');
  told.asked = undefined;
  await rechargeLooks(told, 'limit_reached', 'Limit of the month reached');
}

async function ofDeclines(told) {
  const { owner, agent, page } = told;
  await savesCard(page, /0341/);
  await buysNow(told, '20000', { limit: '50000' });
  let { next_attempt_at: next } = await rechargeLooks(told, 'last_failed', 'On, last payment failed');
  for (const count of [2, 3]) {
    await passesTo(owner, new Date(Date.parse(next) + 1_000).toISOString());
    await open(page, '/', 'Home');
    await send(page, 'Say hello.');
    await agent.says('Hello.');
    await answered(page, 1);
    await until(`decline number ${count}`, async () =>
      (await owner.api.get('/billing/activity?kind=declined')).data.length >= count || null);
    ({ next_attempt_at: next } = await owner.api.get('/billing/auto-recharge'));
  }
  await rechargeLooks(told, 'off_after_declines', 'Off after three declines');
  const form = await setsRecharge(page, { on: true });
  owner.expect(/status of 422 .*\/billing\/auto-recharge/);
  await savesRecharge(form);
  await form.getByText(/^This card was declined/).waitFor();
  await look(told, 'recharge-settings-declined');
}

async function ofBank(told) {
  const { page } = told;
  await savesCard(page, /3184/);
  await buysNow(told, '20000', { on: true });
  await rechargeLooks(told, 'needs_confirmation', 'Your bank wants you to confirm');
  await section(page, 'Auto-recharge').getByRole('link', { name: 'Confirm payment' }).click();
  await page.getByText('Is this payment yours?').waitFor();
}

/**
 * Auto-recharge while a run is going: the balance passes the threshold in the middle of a
 * workflow, the saved card pays, the run goes on; then the month's limit holds. What is declined
 * and what the bank asks about: s-recharge-declined.test.mjs.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { smallTrial } from '../support/catalogs.mjs';
import {
  banner, opensBilling, rechargeIs, savesRecharge, section, setsRecharge, startsPlan,
} from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import { open } from '../support/looks.mjs';
import { answered, badgeTells, send, setUp } from '../support/people.mjs';
import { until } from '../support/until.mjs';
import { ended, start } from '../support/work.mjs';

// The plan's 10,000 and one more: the first use passes the threshold.
const TRIAL = '1';
const TWO_STEPS = {
  inputs: [],
  steps: [
    { id: 's1', name: 'First', kind: 'prompt', prompt: 'Say one.', inputs: {} },
    { id: 's2', name: 'Second', kind: 'prompt', prompt: 'Say two.', inputs: {} },
  ],
};

journey('Auto-recharge fires while a run is going, and the run goes on', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ catalog: smallTrial(TRIAL), env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, owner, agent, page: owner.page };
  await story.step('Without a plan there is nothing to switch on', () => hasNoPlan(told));
  await story.step('Switched on: a limit is required, and said as money', () => switchesOn(told));
  await story.step('In the middle of a run it buys; the run goes on', () => fires(told));
  await story.step('Saving what would buy at once asks first; the limit holds', () => reachesLimit(told));
  await story.step('Switched off it stays off', () => switchesOff(told));
  await story.step('The books are right', () => booksAreRight(told));
});

async function hasNoPlan({ story, server, owner, page }) {
  await setUp(owner, server);
  await opensBilling(page);
  const card = section(page, 'Auto-recharge');
  await card.getByText('Auto-recharge works while a plan is active.').waitFor();
  assert.equal(await card.getByRole('button', { name: 'Change auto-recharge' }).count(), 0);
  story.saw((await card.innerText()).replaceAll('\n', ' '));
}

async function switchesOn({ story, owner, page }) {
  await startsPlan(page, 'Starter');
  assert.equal((await owner.api.get('/credits')).total, '10001');
  const form = await setsRecharge(page, { on: true, threshold: '10000', amount: '5000' });
  await savesRecharge(form);
  await form.getByText('Give the most credits it may buy in a month.').waitFor();
  await form.getByRole('textbox', { name: /^At most in a month/ }).fill('4000');
  await savesRecharge(form);
  await form.getByText('Give at least 5,000, or nothing could ever be bought.').waitFor();
  await form.getByRole('textbox', { name: /^At most in a month/ }).fill('12,000');
  await form.getByText('At most $30.00 a month.').waitFor();
  await savesRecharge(form);
  await rechargeIs(page, 'On');
  const card = section(page, 'Auto-recharge');
  await card.getByText('Buys 5,000 when below 10,000, up to 12,000 a month.').waitFor();
  const kept = await owner.api.get('/billing/auto-recharge');
  assert.deepEqual(
    [kept.enabled, kept.threshold, kept.amount, kept.monthly_limit, kept.at_most.amount, kept.this_month],
    [true, '10000', '5000', '12000', 3_000, '0'],
  );
  story.saw((await card.innerText()).replaceAll('\n', ' '));
}

async function fires({ story, owner, agent, page }) {
  const { id } = await owner.api.post('/workflows', { name: 'Two questions', definition: TWO_STEPS });
  const before = await owner.api.get('/credits');
  await open(page, `/workflows/${id}`, 'Two questions');
  const runId = await start(page);
  await agent.says('One.');
  await agent.turnsTo('Say two.');
  // Another answer passes the threshold, while the workflow waits for its model.
  const other = await owner.openTab('/');
  await send(other, 'Say three.');
  await agent.turnsTo('Say three.');
  await agent.says('Three.');
  await answered(other, 1);
  const bought = await until('credits to be bought', async () => {
    const { data } = await owner.api.get('/billing/activity?kind=recharge');
    return data[0] ?? null;
  });
  const run = await owner.api.get(`/runs/${runId}`);
  assert.equal(run.state, 'running', 'the run is still going');
  assert.deepEqual([bought.credits, bought.amount.amount], ['5000', 1_500]);
  const meanwhile = await owner.api.get('/credits');
  assert.equal(meanwhile.purchased, '5000');
  await badgeTells(page, meanwhile);
  await other.close();
  await agent.says('Two.');
  const done = await ended(owner, run.id);
  assert.equal(done.state, 'succeeded');
  const recharge = await owner.api.get('/billing/auto-recharge');
  assert.deepEqual([recharge.state, recharge.this_month], ['on', '5000']);
  story.saw(`${before.total} → ${meanwhile.total} in the middle of ${run.id}, which used ${done.credits} and ${done.state}`);
}

async function reachesLimit({ story, owner, page }) {
  await opensBilling(page);
  owner.expect(/status of 409 .*\/billing\/auto-recharge/);
  const form = await setsRecharge(page, { threshold: '15000' });
  await savesRecharge(form);
  const question = page.getByRole('dialog', { name: 'Buy credits now?' });
  const text = question.getByText('This will buy 5,000 credits now for $15.00.');
  await text.waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  assert.equal((await owner.api.get('/billing/auto-recharge')).threshold, '10000', 'nothing was kept');
  await savesRecharge(form);
  await question.getByRole('button', { name: 'Save and buy' }).click();
  await until('the second purchase', async () =>
    (await owner.api.get('/credits')).purchased === '10000' || null);
  const { state, this_month: month, state_text: said } = await until('the limit to be reached', async () => {
    const now = await owner.api.get('/billing/auto-recharge');
    return now.state === 'limit_reached' ? now : null;
  });
  assert.equal(month, '10000', 'a third would pass 12,000');
  await rechargeIs(page, 'Limit of the month reached');
  story.saw(`${state}: “${said}”`);
}

async function switchesOff({ story, owner, page }) {
  const form = await setsRecharge(page, { on: false });
  await savesRecharge(form);
  await rechargeIs(page, 'Off');
  const { enabled, state } = await owner.api.get('/billing/auto-recharge');
  assert.deepEqual([enabled, state], [false, 'off']);
  assert.equal(await banner(page).count(), 0);
  story.saw(state);
}

async function booksAreRight({ story, server, owner }) {
  const { data } = await owner.api.get('/billing/activity?kind=recharge');
  assert.equal(data.length, 2);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

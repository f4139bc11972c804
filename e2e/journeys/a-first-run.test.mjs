/**
 * First run: from the link that the server prints to a receipt whose every number is proven by
 * the worker's own log. Read next: b-zero-and-buying.test.mjs.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import {
  answered, badge, badgeTells, growth, lastAnswer, lastRun, modelIsReady, noteGrowth,
  ORGANIZATION, OWNER, sendButton, setUp, written,
} from '../support/people.mjs';
import { sha256Of, weights, worker } from '../support/places.mjs';
import { isAlive, programOf } from '../support/processes.mjs';

const QUESTION = 'Explain how rain is made, step by step, with many details.';

journey('First run: link, question, streamed answer, receipt, the same numbers everywhere', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('The first-run link makes the account and leads to Home', () => begins(told));
  await story.step('A question is answered by the real model, growing on the page', () => asks(told));
  await story.step('The answer tells its credits and the badge has moved', () => isCharged(told));
  await story.step('The receipt adds up and equals the worker’s own log', () => hasReceipt(told));
  await story.step('The worker is a living child and its weights are the real ones', () => isReal(told));
  await story.step('The receipt page and the list of runs show it', () => isListed(told));
  await story.step('Badge, Usage and Billing say the same at the same position', () => isOneNumber(told));
  await story.step('A first-run link works once', () => linkIsSpent(told));
});

async function begins({ story, server, owner, page }) {
  assert.match(server.firstRunLink, /\/setup#token=\w{32,}$/);
  await setUp(owner, server);
  const me = await owner.api.get('/auth/me');
  assert.equal(me.user.email, OWNER.email);
  assert.equal(me.user.operator, true);
  assert.equal(me.role, 'owner');
  assert.equal(me.organization.name, ORGANIZATION);
  assert.equal(me.organization.zone, 'Europe/Berlin');
  assert.equal(await badge(page).innerText(), '1,000 credits');
  story.saw(`${me.user.name} operates it and owns ${me.organization.name}; the badge says 1,000 credits`);
}

async function asks(told) {
  const { story, owner, page } = told;
  await modelIsReady(owner);
  told.before = await owner.api.get('/credits');
  await page.getByRole('textbox', { name: 'Message to Joule' }).fill(QUESTION);
  await page.getByTestId('estimate').getByText(/We hold up to [\d.]+/).waitFor();
  told.estimate = await page.getByTestId('estimate').innerText();
  await noteGrowth(page);
  await sendButton(page).click();
  told.text = await answered(page, 1);
  const { lengths, busy } = await growth(page);
  assert.deepEqual(busy, ['true', 'false'], 'busy while it grows, then not');
  assert.ok(lengths.length >= 3, `the text grew only in ${lengths.length} steps`);
  assert.ok(lengths.at(-1) > lengths[0], 'the text did not grow');
  await page.getByTestId('live-region').getByText(/^Answer ready, .* credits/).waitFor();
  story.saw(`before: “${told.estimate.split(' How')[0]}”`);
  story.saw(`the text grew in ${lengths.length} steps: ${lengths.slice(0, 6).join(', ')} … ${lengths.at(-1)} characters`);
  assert.ok(await page.evaluate(() => globalThis.answerSeen !== undefined), 'no page load in between');
}

async function isCharged(told) {
  const { story, owner, page } = told;
  told.run = await lastRun(owner);
  assert.equal(told.run.state, 'succeeded');
  assert.equal(told.run.reason, 'completed');
  assert.equal(told.run.estimated, false, 'usage was counted, not guessed');
  assert.match(await lastAnswer(page).getByTestId('answer-credits').innerText(), new RegExp(`^${written(told.run.credits)} credits$`));
  told.after = await owner.api.get('/credits');
  assert.ok(told.after.position > told.before.position);
  assert.equal(told.after.held, '0');
  await badgeTells(page, told.after);
  story.saw(`${told.run.credits} credits; position ${told.before.position} → ${told.after.position}, badge ${await badge(page).innerText()}`);
}

async function hasReceipt(told) {
  const { story, owner, server, run } = told;
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  told.receipt = receipt;
  const sum = receipt.lines.reduce((total, { credits }) => total + micro(credits), 0n);
  assert.equal(sum, micro(receipt.used), 'used is the sum of its lines');
  assert.equal(micro(receipt.held), micro(receipt.used) + micro(receipt.given_back));
  assert.equal(receipt.paid_from.reduce((total, { credits }) => total + micro(credits), 0n), micro(receipt.used));
  assert.equal(receipt.used, run.credits);
  assert.equal(receipt.balance_after, told.after.available);
  for (const { quantity, credits_per_thousand: rate, credits } of receipt.lines) {
    assert.equal(micro(credits), (BigInt(quantity) * micro(rate)) / 1000n, 'each line is quantity × rate');
  }
  const quantities = Object.fromEntries(receipt.lines.map(({ measure, quantity }) => [measure, quantity]));
  const call = (await server.calls()).find((one) => one.call === `${run.id}:1`);
  assert.ok(call, 'the worker has logged the call');
  assert.equal(quantities.input_tokens, call.prompt_tokens);
  assert.equal(quantities.output_tokens, call.completion_tokens);
  told.call = call;
  const speed = Math.round((call.completion_tokens * 1000) / (call.ms - call.queued_ms));
  story.saw(`${call.prompt_tokens} tokens in, ${call.completion_tokens} out, on the receipt and in the worker’s log (${speed} tokens/s)`);
}

async function isReal({ story, server, owner, call }) {
  const hash = await sha256Of(weights);
  assert.equal(call.sha256, hash, 'the log names the weights that were used');
  assert.deepEqual(server.workers(), [call.pid], 'the one worker is the server’s child');
  assert.ok(isAlive(call.pid));
  assert.equal(programOf(call.pid), worker);
  const { local } = await owner.api.get('/operator/v1/model-provider');
  assert.equal(local.pid, call.pid);
  story.saw(`worker ${call.pid}, child of server ${server.pid}; weights sha256 ${hash.slice(0, 16)}…`);
}

async function isListed({ story, page, receipt, run }) {
  await lastAnswer(page).getByTestId('answer-credits').click();
  await page.getByRole('link', { name: 'Receipt' }).click();
  await page.getByRole('heading', { level: 1, name: 'Receipt' }).waitFor();
  const head = `${written(receipt.used)} credits used · ${written(receipt.given_back)} given back`;
  await page.getByRole('heading', { name: head }).waitFor();
  for (const { quantity, credits } of receipt.lines) {
    await page.getByRole('row').filter({ hasText: written(String(quantity)) }).filter({ hasText: credits }).waitFor();
  }
  await page.getByText(run.id, { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: QUESTION.slice(0, 20) });
  await row.filter({ hasText: 'Done' }).filter({ hasText: written(run.credits) }).waitFor();
  story.saw(`receipt page: “${head}”; Runs lists it as Done with ${run.credits}`);
}

async function isOneNumber({ story, owner, page, after, receipt }) {
  const [credits, usage, billing, grants] = await Promise.all(
    ['/credits', '/usage/summary', '/billing', '/credits/grants'].map((path) => owner.api.get(path)),
  );
  assert.deepEqual(shown(usage.credits), shown(credits));
  assert.deepEqual(shown(billing.credits), shown(credits));
  assert.equal(usage.position, credits.position);
  assert.equal(grants.position, credits.position);
  assert.equal(credits.position, after.position, 'looking has spent nothing');
  assert.equal(usage.used, receipt.used);
  assert.equal(usage.sources[0].credits, receipt.used);
  assert.equal(usage.sources[0].share_percent, '100');
  const facts = { Total: 'total', Included: 'included', Purchased: 'purchased', 'Held by running work': 'held', Available: 'available' };
  for (const [link, testId] of [['Usage', 'usage-available'], ['Billing', 'billing-available']]) {
    await page.getByRole('link', { name: link, exact: true }).first().click();
    await page.getByTestId(testId).getByText(`${written(credits.display.available)} credits`, { exact: true }).waitFor();
    const panel = page.getByTestId('balance-facts').first();
    assert.equal(await panel.getAttribute('data-position'), String(credits.position));
    for (const [name, key] of Object.entries(facts)) {
      const value = panel.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd');
      assert.ok((await value.innerText()).startsWith(written(credits.display[key])), `${link}: ${name}`);
    }
  }
  await page.getByRole('link', { name: 'Usage', exact: true }).first().click();
  await page.getByText(`${written(usage.used)} credits used so far this period.`).waitFor();
  story.saw(`position ${credits.position}: total ${credits.total}, available ${credits.available}, used ${usage.used}, alike in four answers and on two screens`);
}

async function linkIsSpent({ server, owner }) {
  const token = server.firstRunLink.split('#')[1].replace(/^token=/, '');
  const body = { token, ...OWNER, email: 'second@example.test', organization_name: 'Second', zone: 'UTC' };
  const { status } = await owner.api.ask('POST', '/auth/setup', body);
  assert.ok(status >= 400 && status < 500, `setting up again: ${status}`);
}

// Everything but the instant at which it was read.
const shown = (balance) => ({ ...balance, at: null });

function micro(amount) {
  const [whole, rest = ''] = amount.split('.');
  return BigInt(whole + rest.padEnd(6, '0'));
}

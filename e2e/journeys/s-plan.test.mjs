/**
 * A plan's life with a good card: chosen from Plans, paid on the sandbox's page, begun only when
 * the ledger has its credits; switched to annual, upgraded, downgraded at the period's end. What
 * the button says is what is paid, to the cent and the credit. Read next: s-cancel.test.mjs.
 */
import assert from 'node:assert/strict';
import {
  arrived, banner, cents, factsOf, looksAt, opensBilling, opensPlans, passes,
  passesTo, planIs, previewed, section, standsAs, toPaymentPage,
} from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import { badgeTells, paysWith, setUp } from '../support/people.mjs';

journey('A plan: chosen, paid, annual, upgraded, downgraded', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('The trial says what is left, and leads to the plans', () => begins(told));
  await story.step('A preview; the payment page; left, nothing was paid', () => leaves(told));
  await story.step('A declined card starts nothing', () => isDeclined(told));
  await story.step('The return page waits until the plan’s credits are there', () => starts(told));
  await story.step('Monthly to annual: the button’s amount is what is paid', () => goesAnnual(told));
  await story.step('Something changed meanwhile: nothing is paid, the new numbers are shown', () => isOutdated(told));
  await story.step('An upgrade pays the difference and brings its credits', () => upgrades(told));
  await story.step('A downgrade waits for the period’s end, and is undone', () => downgrades(told));
  await story.step('A year on it has become the other plan; the books are right', () => renews(told));
});

async function begins({ story, server, owner, page }) {
  await setUp(owner, server);
  await opensBilling(page);
  await planIs(page, 'Trial credits');
  const text = await banner(page).innerText();
  assert.match(text, /^1,000 trial credits left\. Choose a plan/);
  await banner(page).getByRole('link', { name: 'Choose plan' }).click();
  await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
  await page.getByRole('heading', { level: 2, name: 'Team', exact: true }).waitFor();
  const cards = await page.getByRole('main').getByRole('region').allInnerTexts();
  assert.equal(cards.length, 3);
  assert.match(cards[0], /Starter.*\$29\.00 a month.*10,000 credits each month.*People\s+10\b/s);
  await page.getByText('Annual', { exact: true }).click();
  await page.getByText('$290.00').waitFor();
  await page.getByText('120,000 credits up front for the year (12 × 10,000)').waitFor();
  story.saw(`“${text.split('\n')[0]}”; ${cards.map((card) => card.split('\n').slice(0, 3).join(', ')).join(' | ')}`);
}

async function leaves(told) {
  const { story, owner, page } = told;
  await opensPlans(page, 'monthly');
  const { facts, says, confirm } = await looksAt(page, 'Choose Starter');
  assert.equal(says, 'Continue to pay $29.00');
  assert.equal(facts['Due today'], '$29.00');
  assert.equal(facts['Credits now'], '1,000 credits');
  assert.equal(facts['Credits after the change'], '11,000 credits (10,000 credits more)');
  assert.match(facts['From the next renewal'], /^\$29\.00 on \d/);
  told.checkout = await toPaymentPage(page, confirm);
  const order = await factsOf(section(page, 'Your purchase'));
  assert.equal(order['Total'], '$29.00');
  assert.match(order['What'], /Starter, monthly/);
  await page.getByRole('link', { name: 'Back to Billing' }).click();
  await page.getByText('Nothing was paid and nothing has changed.').waitFor();
  const { state } = await owner.api.get('/billing');
  assert.equal(state, 'trial');
  story.saw(`${JSON.stringify(facts)}; back without paying: state ${state}`);
}

async function isDeclined(told) {
  const { story, owner, page } = told;
  const { confirm } = await looksAt(page, 'Choose Starter');
  told.checkout = await toPaymentPage(page, confirm);
  owner.expect(/status of 402 .*\/pay/);
  await paysWith(page, /0002/);
  const alert = page.getByRole('alert').filter({ hasText: 'declined' });
  await alert.waitFor();
  assert.match(await alert.innerText(), /Nothing was charged/);
  const { state } = await owner.api.get('/billing');
  assert.equal(state, 'trial');
  assert.equal((await owner.api.get('/credits')).total, '1000');
  story.saw(`“${(await alert.innerText()).split('\n')[0]}”`);
}

async function starts({ story, owner, page, checkout }) {
  // Somebody is back before the payment is: nothing is shown that is not there.
  const back = await owner.openTab(`/billing?checkout=${checkout}`);
  await back.getByText('Confirming the payment…').waitFor();
  await back.getByRole('link', { name: 'Not paid yet? Go back to the checkout.' }).waitFor();
  assert.equal(await arrived(back).count(), 0);
  await paysWith(page, /4242/);
  for (const each of [page, back]) {
    await arrived(each).getByText('The plan has started. Its credits are in the pool.').waitFor();
    await planIs(each, 'Active');
  }
  await back.close();
  const balance = await owner.api.get('/credits');
  assert.deepEqual([balance.total, balance.included], ['11000', '11000']);
  await badgeTells(page, balance);
  const facts = await factsOf(section(page, 'Subscription'));
  assert.deepEqual(
    [facts.Plan, facts.Price, facts['Included credits'], facts.Card.slice(0, 14)],
    ['Starter, monthly', '$29.00 a month', '10,000 each month', 'Visa •••• 4242'],
  );
  assert.equal(await banner(page).count(), 0);
  story.saw(JSON.stringify(facts));
}

/** Confirms what a preview shows; the newest invoice must be of the button's amount. */
async function confirms({ owner }, { dialog, facts, confirm, says }) {
  const before = await owner.api.get('/credits');
  await confirm.click();
  await dialog.getByRole('link', { name: 'Back to Billing' }).click();
  const { data: [invoice] } = await owner.api.get('/billing/invoices');
  assert.equal(invoice.amount.amount, cents(says), 'the button carries what is paid');
  assert.equal(cents(facts['Due today']), cents(says));
  const added = Number(/\(([\d,.]+) credits more\)/.exec(facts['Credits after the change'])[1].replaceAll(',', ''));
  const after = await owner.api.get('/credits');
  assert.ok(Math.abs(Number(after.total) - Number(before.total) - added) < 1, `${before.total} → ${after.total}, shown ${added}`);
  return { invoice, before, after };
}

async function goesAnnual(told) {
  const { story, owner, page } = told;
  await opensBilling(page);
  await section(page, 'Subscription').getByRole('link', { name: 'Switch to annual' }).click();
  const shown = await previewed(page);
  assert.equal(shown.says, 'Pay $290.00 and switch');
  assert.match(shown.facts['Kept from the present period'], /^10,000 credits until/);
  assert.equal(shown.facts['Saving in a year'], '$58.00');
  assert.equal(shown.facts['Paid with'], 'the saved card');
  const { before, after } = await confirms(told, shown);
  assert.deepEqual([before.total, after.total], ['11000', '131000']);
  await planIs(page, 'Active');
  const facts = await factsOf(section(page, 'Subscription'));
  assert.equal(facts.Plan, 'Starter, annual');
  await badgeTells(page, await owner.api.get('/credits'));
  story.saw(`${shown.says}: ${before.total} → ${after.total} credits; ${JSON.stringify(shown.facts)}`);
}

async function isOutdated(told) {
  const { story, owner, page } = told;
  const { at } = await owner.api.get('/credits');
  await opensPlans(page, 'annual');
  const { dialog, confirm, facts } = await looksAt(page, 'Upgrade to Team');
  const invoices = (await owner.api.get('/billing/invoices')).data.length;
  await passesTo(owner, new Date(Date.parse(at) + 5 * 86_400_000).toISOString());
  owner.expect(/status of 409 .*\/billing\/changes/);
  await confirm.click();
  await dialog.getByText('Something changed meanwhile. Nothing was paid.').waitFor();
  const now = await factsOf(dialog);
  assert.notEqual(now['Due today'], facts['Due today']);
  assert.match(now['Due today'], /before: \$/);
  assert.equal((await owner.api.get('/billing/invoices')).data.length, invoices);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  story.saw(`five days later the old numbers are refused: ${now['Due today']}`);
}

async function upgrades(told) {
  const { story, page } = told;
  await opensPlans(page, 'annual');
  const shown = await looksAt(page, 'Upgrade to Team');
  const lines = Object.entries(shown.facts).filter(([name]) => / until /.test(name));
  assert.equal(lines.length, 2, JSON.stringify(shown.facts));
  const sum = lines.reduce((all, [, text]) => all + cents(text), 0);
  assert.equal(sum, cents(shown.says), 'the lines are the sum');
  assert.match(lines[0][1], /^−\$/);
  const { invoice } = await confirms(told, shown);
  await planIs(page, 'Active');
  assert.equal((await factsOf(section(page, 'Subscription'))).Plan, 'Team, annual');
  story.saw(`${shown.says}; invoice “${invoice.text}” ${invoice.amount.amount} cents; ${JSON.stringify(lines)}`);
}

async function downgrades({ story, owner, page }) {
  await opensPlans(page, 'annual');
  const { dialog, says, confirm, facts } = await looksAt(page, 'Change to Starter');
  assert.match(says, /^Switch on \d/);
  assert.equal(facts['Due today'], '$0.00');
  await confirm.click();
  await dialog.getByRole('link', { name: 'Back to Billing' }).click();
  await planIs(page, 'Active, change scheduled');
  assert.match(await banner(page).innerText(), /^Switches to Starter, annual on /);
  const pending = (await factsOf(section(page, 'Subscription')))['From the next period'];
  assert.match(pending, /^Starter, \$290\.00 a year, from /);
  await opensPlans(page, 'annual');
  await page.getByText('A change is waiting already. Undo it first').waitFor();
  assert.equal(await page.getByRole('button', { name: /^(Upgrade|Change) to/ }).count(), 0);
  await page.getByRole('main').getByRole('button', { name: 'Undo change' }).click();
  await standsAs(owner, 'active');
  await opensBilling(page);
  await planIs(page, 'Active');
  story.saw(`“${says}”, shown as “${pending}”, undone`);
}

async function renews({ story, server, owner, page }) {
  await opensPlans(page, 'annual');
  const { dialog, confirm } = await looksAt(page, 'Change to Starter');
  await confirm.click();
  await dialog.getByRole('link', { name: 'Back to Billing' }).click();
  await standsAs(owner, 'change_scheduled');
  await passes(owner, 361);
  const billing = await standsAs(owner, 'active');
  assert.deepEqual([billing.plan.id, billing.plan.cadence], ['starter', 'annual']);
  const { data: [invoice] } = await owner.api.get('/billing/invoices');
  assert.deepEqual([invoice.amount.amount, invoice.status], [29_000, 'paid']);
  const balance = await owner.api.get('/credits');
  assert.equal(balance.included, '120000', 'the year’s allowance ended with the year');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`renewed as Starter for $290.00: ${balance.included} included; ampere verify: ${said.trim().split('\n').at(-1)}`);
}

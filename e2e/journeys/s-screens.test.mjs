/**
 * Billing in every state that a plan can be in, and the pages that lead from one to the next:
 * axe without a violation in light and dark, no sideways scrolling from 320 px to wide,
 * photographed. Read next: s-screens-recharge.test.mjs.
 */
import assert from 'node:assert/strict';
import {
  arrived, comesBack, looksAt, movesClock, opensPlans, passes, planIs,
  previewed, savesCard, section, standsAs, startsPlan, toPaymentPage,
} from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import { look, open } from '../support/looks.mjs';
import { join, MEMBER, paysWith, setUp } from '../support/people.mjs';
import { becomes } from '../support/until.mjs';

journey('Every state of Billing, and every page between them', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('Trial: Billing, the plans, a preview, the payment page', () => ofTrial(told));
  await story.step('Incomplete: the bank wants to be asked', () => ofIncomplete(told));
  await story.step('Active: Billing, buying, the card’s page, a preview', () => ofActive(told));
  await story.step('Change scheduled', () => ofScheduled(told));
  await story.step('Ending, and the page before it', () => ofEnding(told));
  await story.step('Past due and unpaid', () => ofUnpaid(told));
  await story.step('Ended: locked, and the restart', () => ofEnded(told));
  await story.step('What a member sees of it', () => ofMember(told));
  await story.step('No plan and no trial any more', () => ofNone(told));
  await story.step('No screen had a fault', () => {
    assert.equal(told.faults.length, 0, told.faults.join('\n'));
  });
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

/** Billing in a state, as its owner sees it. */
async function billingIs(told, state, word) {
  const { owner, page } = told;
  const { banner } = await standsAs(owner, state);
  await open(page, '/billing', 'Billing');
  await planIs(page, word);
  await look(told, `billing-${state.replaceAll('_', '-')}`);
  told.story.saw(`${state}: ${banner ? `“${banner.text}” [${banner.action}]` : 'no banner'}`);
}

async function ofTrial(told) {
  const { server, owner, page } = told;
  await setUp(owner, server);
  const { url } = await owner.api.post('/invitations', { role: 'member' });
  told.member = await told.story.person(server);
  await join(told.member, url);
  // The clock moves by weeks while this window is open: its login ends.
  told.member.expect(/status of 401/);
  await billingIs(told, 'trial', 'Trial credits');
  await opensPlans(page, 'monthly');
  await look(told, 'plans');
  await opensPlans(page, 'annual');
  await look(told, 'plans-annual');
  const { confirm } = await looksAt(page, 'Choose Starter');
  await look(told, 'plan-preview-start', { whole: false });
  await toPaymentPage(page, confirm);
  await look(told, 'checkout-plan');
}

async function ofIncomplete(told) {
  const { owner, page } = told;
  await paysWith(page, /3184/);
  await page.getByRole('heading', { level: 1, name: 'Sandbox bank' }).waitFor();
  await page.getByText('Is this payment yours?').waitFor();
  await look(told, 'bank');
  await billingIs(told, 'incomplete', 'Payment not confirmed');
  await page.getByRole('main').getByRole('link', { name: 'Confirm payment' }).first().click();
  await page.getByRole('button', { name: 'Refuse', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
  // Nothing waits for an answer any more: neither the purchase nor the invoice.
  await section(page, 'Invoices').getByText('Void', { exact: true }).waitFor();
  const left = page.getByRole('main').getByText('Confirm payment');
  await becomes('no payment to confirm', () => left.count(), 0);
  await look(told, 'billing-refused');
  await owner.api.get('/billing');
}

async function ofActive(told) {
  const { owner, page } = told;
  const { state } = await owner.api.get('/billing');
  told.story.saw(`after the bank’s refusal: ${state}`);
  await startsPlan(page, 'Starter');
  await look(told, 'billing-plan-started');
  await billingIs(told, 'active', 'Active');
  await page.goto('/billing?buy=1');
  const dialog = page.getByRole('dialog', { name: 'Buy credits' });
  await dialog.getByRole('radio', { name: /^Another amount/ }).check();
  await dialog.getByRole('spinbutton', { name: 'Credits' }).fill('7500');
  await dialog.getByRole('button', { name: /^Continue to pay/ }).click();
  await dialog.getByText('Give an amount from 1,000 to 500,000').waitFor();
  await look(told, 'billing-buy-custom', { whole: false });
  await dialog.getByRole('spinbutton', { name: 'Credits' }).fill('7000');
  await dialog.getByRole('button', { name: 'Continue to pay $21.00' }).click();
  await dialog.getByRole('button', { name: 'Pay $21.00' }).waitFor();
  await look(told, 'billing-buy-review', { whole: false });
  await dialog.getByRole('button', { name: 'Pay $21.00' }).click();
  await arrived(page).getByText('7,000 credits added').waitFor();
  await look(told, 'billing-bought');
  await section(page, 'Subscription').getByRole('button', { name: 'Update card' }).click();
  await page.getByRole('radio').first().waitFor();
  await look(told, 'sandbox-card');
  await opensPlans(page, 'monthly');
  await look(told, 'plans-active');
  await looksAt(page, 'Upgrade to Team');
  await look(told, 'plan-preview-upgrade', { whole: false });
}

async function ofScheduled(told) {
  const { owner, page } = told;
  await opensPlans(page, 'monthly');
  const upgrade = await looksAt(page, 'Upgrade to Team');
  await upgrade.confirm.click();
  await upgrade.dialog.getByRole('link', { name: 'Back to Billing' }).waitFor();
  await look(told, 'plan-changed', { photos: false, whole: false });
  await opensPlans(page, 'monthly');
  const down = await looksAt(page, 'Change to Starter');
  await look(told, 'plan-preview-downgrade', { whole: false });
  await down.confirm.click();
  await down.dialog.getByRole('link', { name: 'Back to Billing' }).click();
  await billingIs(told, 'change_scheduled', 'Active, change scheduled');
  await opensPlans(page, 'monthly');
  await look(told, 'plans-change-scheduled', { photos: false });
  await owner.api.ask('DELETE', '/billing/changes/pending');
}

async function ofEnding(told) {
  const { owner, page } = told;
  await open(page, '/billing/cancel', 'Cancel plan');
  await section(page, 'What gets locked').waitFor();
  await look(told, 'billing-cancel');
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await billingIs(told, 'ending', 'Ending');
  await opensPlans(page, 'monthly');
  await look(told, 'plans-ending', { photos: false });
  await owner.api.post('/billing/resume');
}

async function ofUnpaid(told) {
  const { owner, page } = told;
  await savesCard(page, /0341/);
  const { renews_at: renews } = await owner.api.get('/billing');
  await movesClock(owner, new Date(Date.parse(renews) + 26 * 3_600_000).toISOString().slice(0, 16));
  await look(told, 'settings-clock');
  await billingIs(told, 'past_due', 'Payment overdue');
  await open(page, '/', 'Home');
  await look(told, 'home-past-due', { photos: false });
  await passes(owner, 8);
  await billingIs(told, 'unpaid', 'Stopped: not paid');
  await open(page, '/', 'Home');
  await look(told, 'home-unpaid');
}

async function ofEnded(told) {
  const { owner, page } = told;
  await passes(owner, 31);
  await billingIs(told, 'ended', 'Ended, credits locked');
  await open(page, '/', 'Home');
  await look(told, 'home-locked');
  await open(page, '/usage', 'Usage');
  await look(told, 'usage-locked');
  await savesCard(page, /4242/);
  await section(page, 'Subscription').getByRole('link', { name: 'Restart plan' }).click();
  await previewed(page);
  await look(told, 'plan-preview-restart', { whole: false });
}

async function ofMember(told) {
  const { page } = told.member;
  told.member.expect(/status of 401/);
  await comesBack(told.member, MEMBER);
  await open(page, '/billing', 'Billing');
  await planIs(page, 'Ended, credits locked');
  await look(told, 'member-billing-locked', { page });
  assert.doesNotMatch(await page.getByRole('main').innerText(), /\$/);
  await open(page, '/', 'Home');
  await look(told, 'member-home-locked', { page });
  await open(page, '/plans', 'Plans');
  await look(told, 'member-plans', { page });
  await open(page, '/billing/cancel', 'Cancel plan');
  await look(told, 'member-cancel', { page, photos: false });
}

async function ofNone(told) {
  const { story } = told;
  const server = await story.server();
  const owner = await story.person(server);
  const other = { ...told, server, owner, page: owner.page };
  await setUp(owner, server);
  await passes(owner, 31);
  await billingIs(other, 'none', 'No plan');
  Object.assign(told, { rules: other.rules, screens: other.screens });
}

/**
 * What people do about plans and money on the screens, by the names they read there: choose a
 * plan, pay on the sandbox's pages, change the card, set auto-recharge, move the sandbox's clock.
 * Never decides what is right; read next: s-plan.test.mjs.
 */
import assert from 'node:assert/strict';
import { logIn, OWNER, paysWith } from './people.mjs';
import { until } from './until.mjs';

export const section = (page, name) => page.getByRole('region', { name, exact: true });
export const banner = (page) => page.getByTestId('banner');
export const arrived = (page) => page.getByTestId('credits-added');

/** Every fact of a section or a dialog, as it is read: name → value. */
export async function factsOf(place) {
  await place.locator('dl').first().waitFor();
  const rows = await place.locator('dl > div').evaluateAll((all) =>
    all.map((row) => [row.querySelector('dt').innerText, row.querySelector('dd').innerText]));
  return Object.fromEntries(rows.map(([name, value]) => [name, value.replace(/\s+/g, ' ').trim()]));
}

export async function opensBilling(page) {
  await page.getByRole('link', { name: 'Billing', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
  await section(page, 'Subscription').locator('dl').waitFor();
}

export async function opensPlans(page, cadence) {
  await page.goto(`/plans?cadence=${cadence}`);
  await page.getByRole('heading', { level: 1, name: 'Plans' }).waitFor();
  await page.getByRole('heading', { level: 2, name: 'Team', exact: true }).waitFor();
}

/** Presses a plan's button; gives the dialog with what that would do, and what it says. */
export async function looksAt(page, press) {
  await page.getByRole('main').getByRole('button', { name: press, exact: true }).click();
  return previewed(page);
}

/** The open preview: the dialog, its facts, and what its button says that confirms. */
export async function previewed(page) {
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^These numbers hold until/).waitFor();
  const facts = await factsOf(dialog);
  const confirm = dialog.getByRole('button', { name: /^(Pay|Continue to pay|Switch)/ });
  return { dialog, facts, confirm, says: await confirm.innerText() };
}

/** From the dialog that leads there to the payment page; gives the purchase's id. */
export async function toPaymentPage(page, confirm) {
  await confirm.click();
  await onPaymentPage(page);
  return /\/sandbox\/checkout\/([^/?#]+)/.exec(page.url())[1];
}

export async function onPaymentPage(page) {
  await page.getByRole('heading', { level: 1, name: 'Sandbox checkout' }).waitFor();
  await page.getByRole('radio').first().waitFor();
}

/** Starts a plan with a card that pays. */
export async function startsPlan(page, name, { cadence = 'monthly', card = /4242/ } = {}) {
  await opensPlans(page, cadence);
  const { confirm } = await looksAt(page, `Choose ${name}`);
  await toPaymentPage(page, confirm);
  await paysWith(page, card);
  await arrived(page).waitFor();
}

/** Buys with the saved card: the pack, one look at the whole purchase, and Pay. */
export async function buysWithSavedCard(page, pack) {
  await page.goto('/billing?buy=1');
  const dialog = page.getByRole('dialog', { name: 'Buy credits' });
  await dialog.getByRole('radio', { name: pack }).check();
  await dialog.getByRole('button', { name: /^Continue to pay/ }).click();
  const pay = dialog.getByRole('button', { name: /^Pay / });
  await pay.waitFor();
  const facts = await factsOf(dialog);
  const says = await pay.innerText();
  await pay.click();
  return { facts, says };
}

/** Another card, on the sandbox's own page. */
export async function savesCard(page, card) {
  await opensBilling(page);
  await section(page, 'Subscription').getByRole('button', { name: 'Update card' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sandbox card' }).waitFor();
  await page.getByRole('radio', { name: card }).check();
  await page.getByRole('button', { name: 'Save this card' }).click();
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
}

/** At the bank's page; `answer` is Confirm or Refuse. */
export async function answersBank(page, answer) {
  await page.getByRole('heading', { level: 1, name: 'Sandbox bank' }).waitFor();
  await page.getByRole('button', { name: answer, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
}

/** The plan's mark on Billing. */
export async function planIs(page, word) {
  await section(page, 'Subscription').getByText(word, { exact: true }).first().waitFor();
}

export async function rechargeIs(page, word) {
  await section(page, 'Auto-recharge').getByText(word, { exact: true }).first().waitFor();
}

/** Opens the settings of auto-recharge, fills them in, and saves. */
export async function setsRecharge(page, { on, threshold, amount, limit }) {
  const place = section(page, 'Auto-recharge');
  await place.getByRole('button', { name: 'Change auto-recharge' }).click();
  const form = place.getByRole('form', { name: 'Auto-recharge' });
  if (on !== undefined) await form.getByRole('switch').setChecked(on, { force: true });
  if (threshold) await form.getByRole('combobox', { name: 'When fewer than' }).selectOption(threshold);
  if (amount) await form.getByRole('combobox', { name: 'Buy each time' }).selectOption(amount);
  if (limit) await form.getByRole('textbox', { name: /^At most in a month/ }).fill(limit);
  return form;
}

export const savesRecharge = (form) => form.getByRole('button', { name: 'Save', exact: true }).click();

/** The operator moves the clock of the whole installation, on Settings; `to` is UTC. */
export async function movesClock(person, to) {
  const { page } = person;
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const place = section(page, 'Sandbox clock');
  await place.getByLabel('Move to').fill(to);
  await place.getByRole('button', { name: 'Move the clock…' }).click();
  person.expect(/status of 401/);
  const dialog = page.getByRole('dialog', { name: 'Move the clock?' });
  await dialog.getByRole('button', { name: /^Move to/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await comesBack(person);
}

/** So many days pass, where the clock is not what is being shown: by the API. */
export async function passes(person, days) {
  person.expect(/status of 401/);
  await person.api.post('/sandbox/clock', { days });
  await comesBack(person);
}

/** The same, to an instant less than a week from now: nobody's login ends. */
export const passesTo = ({ api }, to) => api.post('/sandbox/clock', { to });

/** A login ends after a week without use: its person logs in again. */
export async function comesBack(person, who = OWNER) {
  if ((await person.api.ask('GET', '/auth/me')).status === 401) await logIn(person, who);
}

/** Billing as the API has it, once the plan stands so. */
export async function standsAs({ api }, state) {
  return until(`the plan to be ${state}`, async () => {
    const billing = await api.get('/billing');
    return billing.state === state ? billing : null;
  });
}

/** `$1,234.50` as cents. */
export function cents(text) {
  const match = /(−?)\$([\d,]+)\.(\d\d)/.exec(text);
  assert.ok(match, `no amount in “${text}”`);
  const amount = Number(`${match[2].replaceAll(',', '')}${match[3]}`);
  return match[1] === '' ? amount : -amount;
}

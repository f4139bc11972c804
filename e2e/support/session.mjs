/**
 * What people do with a browser session on the screens, by the names they read there: start it,
 * watch it, take it over. Read next: people.mjs, work.mjs.
 */
import assert from 'node:assert/strict';
import { until } from './until.mjs';
import { runOf } from './work.mjs';

export const mark = (page) => page.getByTestId('session-mark');
export const picture = (page) => page.getByTestId('live-picture');
export const pad = (page) => page.getByRole('textbox', { name: /^The page: what you type/ });
export const acts = (page) => page.getByTestId('act');
export const recording = (page) => page.getByTestId('recording');
export const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

/** Fills the start screen in and starts; gives the run's id. */
export async function begin(page, { task, address, minutes, cap }) {
  await page.goto('/browser');
  await page.getByRole('heading', { level: 1, name: 'Browser session' }).waitFor();
  if (task !== undefined) await page.getByRole('textbox', { name: 'Task' }).fill(task);
  if (address !== undefined) await page.getByRole('textbox', { name: 'Start address' }).fill(address);
  if (minutes !== undefined) await page.getByRole('textbox', { name: 'Minutes' }).fill(String(minutes));
  if (cap !== undefined) {
    await page.getByText('Advanced', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Stop at' }).fill(cap);
  }
  await press(page, 'Start the session');
  await page.waitForURL(/\/runs\//);
  return runOf(page);
}

/** Waits until the mark says so. */
export async function isMarked(page, text) {
  await mark(page).filter({ hasText: text }).waitFor();
}

/** What is to be seen on the live picture, so that two looks can be compared; null: nothing yet. */
export async function seenOn(page) {
  return picture(page).evaluate((image) => {
    if (image.naturalWidth === 0) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 40];
    const brush = canvas.getContext('2d');
    brush.drawImage(image, 0, 0, 64, 40);
    return brush.getImageData(0, 0, 64, 40).data.join();
  });
}

/** Waits until the picture shows something, and something else than `before`. */
export async function pictureChanges(page, before = null) {
  return until('the live picture to change', async () => {
    const now = (await picture(page).count()) > 0 ? await seenOn(page) : null;
    return now !== null && now !== before ? now : null;
  });
}

/** The texts of the log: what was done, and why. */
export async function log(page) {
  const lines = await acts(page).allInnerTexts();
  return lines.map((line) => line.split('\n').slice(1).filter(Boolean).join(': '));
}

export async function logHas(page, text) {
  await acts(page).filter({ hasText: text }).last().waitFor();
}

/** Clicks on the picture where the page has `at`, in the page's own pixels. */
export async function clickOnPage(page, at) {
  const { width, height } = await pad(page).boundingBox();
  await pad(page).click({ position: { x: (at.x / 1024) * width, y: (at.y / 640) * height } });
}

/** The credits beside the picture, as they are written there. */
export async function usedSoFar(page) {
  const text = await page.getByTestId('browser-used').innerText();
  return Number(text.replaceAll(',', '').split(' ')[0]);
}

/** A run's receipt: every line at its rate, the sum of them, and what was taken. */
export async function receiptAddsUp({ api }, id) {
  const receipt = await api.get(`/runs/${id}/receipt`);
  const micro = (amount) => Math.round(Number(amount) * 1e6);
  const lines = receipt.lines.map(({ credits }) => micro(credits));
  assert.equal(lines.reduce((sum, one) => sum + one, 0), micro(receipt.used), 'the lines are the charge');
  const paid = receipt.paid_from.map(({ credits }) => micro(credits));
  assert.equal(paid.reduce((sum, one) => sum + one, 0), micro(receipt.used), 'and so is what paid for it');
  const time = receipt.lines.filter(({ measure }) => measure === 'seconds');
  for (const { quantity, credits_per_minute: rate, credits } of time) {
    assert.ok(Math.abs(quantity * Number(rate) / 60 - Number(credits)) < 1e-5, `${quantity} s at ${rate} a minute: ${credits}`);
  }
  return { receipt, seconds: time.reduce((sum, { quantity }) => sum + quantity, 0) };
}

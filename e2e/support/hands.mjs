/**
 * What people do with the agent's hands on a session's screen, by the names they read there:
 * attach, choose the effort, look at a call, answer a question. Read next: people.mjs, agent.mjs.
 */
import { until } from './until.mjs';

export const cards = (page) => page.getByTestId('call');
export const asking = (page) => page.getByTestId('asking');
export const chips = (page) => page.getByRole('list', { name: 'Attached files' });

/** A file as the browser's own dialog gives it. */
export const markdown = (name, text) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) });

/** Chooses files with the composer's button and waits until they are uploaded. */
export async function attach(page, ...files) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await (await chooser).setFiles(files);
  for (const { name } of files) await page.getByRole('button', { name: `Remove ${name}` }).waitFor();
}

/** Chooses Low, Medium or High by its radio and closes the menu. */
export async function chooseEffort(page, name) {
  await page.getByRole('button', { name: /^Effort: / }).click();
  await page.getByRole('radio', { name }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: `Effort: ${name}` }).waitFor();
}

/** Waits until the card of this name says so; gives its head's text. */
export async function cardSays(page, name, status) {
  const card = cards(page).filter({ hasText: name }).last();
  await until(`“${name}” to be ${status}`, async () =>
    (await card.getAttribute('data-status')) === status || null);
  return (await card.locator('summary').innerText()).replaceAll('\n', ' ');
}

/** Unfolds a card; gives what is in it. */
export async function unfold(page, name) {
  const card = cards(page).filter({ hasText: name }).last();
  await card.locator('summary').click();
  return card;
}

/** The run of the newest answer, as the API has it now. */
export async function newestRun({ api }) {
  const { data } = await api.get('/runs?limit=1&kind=message');
  return api.get(`/runs/${data[0].id}`);
}

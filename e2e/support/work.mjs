/**
 * What people do with tools and runs on the screens, by the names they read there: open a tool,
 * fill its form in, run it, read its steps and its result. Read next: people.mjs, site.mjs.
 */
import assert from 'node:assert/strict';
import { ANSWER_MS } from './people.mjs';
import { until } from './until.mjs';

const ENDED = ['succeeded', 'failed', 'cancelled'];

export const runButton = (page) => page.getByTestId('run-button');
export const standing = (page) => page.getByTestId('standing');
export const steps = (page) => page.getByTestId('step');
export const resultsPanel = (page) => page.getByRole('tabpanel', { name: 'Results' });
export const receiptPanel = (page) => page.getByRole('tabpanel', { name: 'Receipt' });

/** From anywhere to a tool's page, by the sidebar and the catalog. */
export async function openTool(page, name) {
  await page.getByRole('link', { name: 'AI Tools', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'AI Tools' }).waitFor();
  const card = page.getByRole('main').getByRole('link').filter({
    has: page.getByRole('heading', { level: 2, name, exact: true }),
  });
  await card.click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await runButton(page).waitFor();
}

/** Fills the form in: label → text, choice or file. Folded fields are unfolded. */
export async function fillIn(page, values) {
  const folded = page.locator('form details:not([open]) > summary');
  if ((await folded.count()) > 0) await folded.click();
  for (const [label, value] of Object.entries(values)) {
    if (typeof value === 'string') await fillField(page, label, value);
    else await upload(page, label, value);
  }
}

async function fillField(page, label, value) {
  const field = page.locator('form').getByLabel(new RegExp(`^${label}( required)?( \\*)?$`));
  const tag = await field.evaluate((one) => one.tagName);
  if (tag === 'SELECT') await field.selectOption(value);
  else await field.fill(value);
}

/** Chooses `file` as the browser's own dialog does, and waits until it is there, or refused. */
export async function upload(page, label, file) {
  const field = page.locator('form').getByRole('group', { name: new RegExp(`^${label}`) });
  await field.locator('input[type=file]').setInputFiles(file);
  await until(`${file.name} to be taken or refused`, async () => {
    if ((await field.getByText(file.name).count()) > 0) return true;
    return (await refusalOf(page, label).count()) > 0 || null;
  });
}

/** What is said below a file field about a file that was not taken. */
export function refusalOf(page, label) {
  const wrapper = page.locator('form .mantine-InputWrapper-root').filter({
    has: page.getByRole('group', { name: new RegExp(`^${label}`) }),
  });
  return wrapper.locator('.mantine-InputWrapper-error');
}

/** The estimate below the form, when it is a range for these inputs. */
export async function estimated(page) {
  const bar = page.getByTestId('estimate');
  return until('an estimate', async () => {
    const text = await bar.innerText();
    return /\d credits?.* · \D*[\d.,]+/.test(text) ? text.replaceAll('\n', ' ') : null;
  });
}

/** Presses Run and gives the run's id, which the address names. */
export async function start(page) {
  const before = page.url();
  await runButton(page).click();
  await until('the address to name the run, or a question', async () => {
    const question = page.getByRole('dialog', { name: 'A large run' });
    if ((await question.count()) > 0) {
      await question.getByRole('button', { name: 'Run', exact: true }).click().catch(() => {});
    }
    return (page.url() !== before && runOf(page) !== null) || null;
  });
  return runOf(page);
}

export const runOf = (page) =>
  /[?&]run=([^&#]+)/.exec(page.url())?.[1] ?? /\/runs\/([^/?#]+)/.exec(page.url())?.[1] ?? null;

/** The run as the API has it, when it has ended. */
export async function ended({ api }, id) {
  return until(`run ${id} to end`, async () => {
    const run = await api.get(`/runs/${id}`);
    return ENDED.includes(run.state) ? run : null;
  }, ANSWER_MS);
}

/** The run as the API has it, as soon as it is in one of `states`; fails when it ends otherwise. */
export async function inState({ api }, id, states) {
  return until(`run ${id} to be ${states.join(' or ')}`, async () => {
    const run = await api.get(`/runs/${id}`);
    if (states.includes(run.state)) return run;
    if (ENDED.includes(run.state)) {
      const steps = run.steps.map(({ name, state, credits }) => `${name}: ${state}, ${credits}`);
      assert.fail(`it ${run.state}: ${run.reason}; ${steps.join('; ')}`);
    }
    return null;
  }, ANSWER_MS);
}

/** Notes what the steps on the page have said, from now on: `name: state`, each once, in order. */
export async function noteSteps(page) {
  await page.evaluate(() => {
    const seen = [];
    globalThis.stepsSeen = seen;
    globalThis.stepsWatch?.disconnect();
    const look = () => {
      for (const step of document.querySelectorAll('[data-testid="step"]')) {
        const said = step.innerText.split('\n').slice(0, 2).join(': ');
        if (!seen.includes(said)) seen.push(said);
      }
    };
    globalThis.stepsWatch = new MutationObserver(look);
    globalThis.stepsWatch.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}

export const stepsSeen = (page) => page.evaluate(() => globalThis.stepsSeen);

export async function openTab(page, name) {
  await page.getByRole('tab', { name, exact: true }).click();
  await page.getByRole('tabpanel', { name }).waitFor();
}

/** The result as it is read on the Results tab, once what renders it is loaded. */
export async function resultText(page) {
  await openTab(page, 'Results');
  const panel = resultsPanel(page);
  await panel.getByRole('button', { name: /^Download/ }).waitFor();
  await panel.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  const text = await panel.innerText();
  return text.split('Send to Joule')[1].split('Reading results never uses')[0].trim();
}

/** A picture on the Results tab, as it was loaded: its size and what it is said to show. */
export async function resultPicture(page) {
  await openTab(page, 'Results');
  const picture = resultsPanel(page).getByRole('img');
  await picture.waitFor();
  return picture.evaluate(async (image) => {
    await image.decode();
    return `${image.naturalWidth} × ${image.naturalHeight}, ${image.alt}`;
  });
}

/** A table on the Results tab: its column heads and the texts of its cells. */
export async function resultTable(page) {
  await openTab(page, 'Results');
  const panel = resultsPanel(page);
  await panel.getByRole('button', { name: 'Download CSV' }).waitFor();
  const table = panel.getByRole('table', { name: 'Rows' });
  if ((await table.count()) === 0) {
    // With no row there is a sentence that names the columns.
    const said = await panel.getByText(/The table has no rows\. Its columns:/).innerText();
    return { columns: said.split('columns: ')[1].replace(/\.$/, '').split(', '), rows: [] };
  }
  const columns = await table.getByRole('columnheader').allInnerTexts();
  const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((row) =>
    [...row.querySelectorAll('td')].map((cell) => cell.lastElementChild.innerText.trim())));
  return { columns, rows };
}

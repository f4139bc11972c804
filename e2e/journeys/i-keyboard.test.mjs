/**
 * The keyboard alone: log in, ask, open the receipt, buy. Everything is reached by Tab, focus is
 * always to be seen, and the live region says what happened once.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import { answered, badge, modelIsReady, OWNER, setUp } from '../support/people.mjs';
import { painted } from '../support/screens.mjs';
import { until } from '../support/until.mjs';

const MOST_TABS = 60;

journey('The keyboard alone: log in, ask, open the receipt, buy', async (story) => {
  const server = await story.server();
  const first = await story.person(server);
  const owner = await story.person(server);
  const told = { story, server, first, owner, page: owner.page };
  await story.step('Log in', () => logsIn(told));
  await story.step('The skip link leads to the content', () => skips(told));
  await story.step('Ask, and hear that the answer is ready', () => asks(told));
  await story.step('Open the receipt', () => opensReceipt(told));
  await story.step('Buy a pack', () => buys(told));
});

/** Tab until the focused element is called so; that it has the focus must be to be seen. */
async function tabTo(page, role, name) {
  const wanted = page.getByRole(role, { name });
  for (let tabs = 1; tabs <= MOST_TABS; tabs += 1) {
    await page.keyboard.press('Tab');
    const focused = await wanted.evaluateAll((all) => all.includes(document.activeElement));
    if (!focused) continue;
    assert.deepEqual(await focusShown(page), { uncovered: true, marked: true }, `focus on ${name}`);
    return tabs;
  }
  return assert.fail(`${role} ${name} is not reached within ${MOST_TABS} tabs`);
}

/**
 * Is the focused element on top of everything, and does it (or the frame around it) look other
 * than without the focus?
 */
async function focusShown(page) {
  const element = await page.evaluateHandle(() => document.activeElement);
  const uncovered = await element.evaluate((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    const onTop = document.elementFromPoint(left + width / 2, top + height / 2);
    return one.contains(onTop) || onTop?.contains(one) === true;
  });
  await painted(page);
  const focused = await element.evaluate(frame);
  await element.evaluate((one) => one.blur());
  await painted(page);
  const plain = await element.evaluate(frame);
  await element.evaluate((one) => one.focus());
  return { uncovered, marked: focused !== plain };
}

/** What marks a focus, of an element and of the two around it. */
function frame(element) {
  const around = [element, element.parentElement, element.parentElement?.parentElement];
  return JSON.stringify(around.map((one) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(one);
    return [outlineStyle, outlineWidth, boxShadow, borderColor];
  }));
}

async function logsIn({ story, server, first, page }) {
  await setUp(first, server);
  await modelIsReady(first);
  await page.goto('/login');
  await tabTo(page, 'textbox', 'Email');
  await page.keyboard.type(OWNER.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(OWNER.password);
  await page.keyboard.press('Enter');
  await badge(page).waitFor();
  story.saw('Tab, email, Tab, password, Enter');
}

async function skips({ story, page }) {
  await page.reload();
  await badge(page).waitFor();
  await page.keyboard.press('Tab');
  const text = await page.evaluate(() => document.activeElement.textContent);
  assert.equal(text, 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  story.saw('the first Tab is “Skip to content”');
}

async function asks(told) {
  const { story, page } = told;
  const tabs = await tabTo(page, 'textbox', 'Message to Joule');
  await page.keyboard.type('Say hello in one short sentence.');
  await page.keyboard.press('Enter');
  await answered(page, 1);
  const said = page.getByTestId('live-region');
  await said.getByText(/^Answer ready, [\d.,]+ credits/).waitFor();
  const busy = await page.locator('[aria-busy="true"]').count();
  assert.equal(busy, 0);
  story.saw(`the composer is ${tabs} tabs from the content; said once: “${await said.innerText()}”`);
}

async function opensReceipt({ story, page }) {
  await page.evaluate(() => document.getElementById('main').focus());
  await tabTo(page, 'button', /for this answer\. Show details/);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Receipt' }).waitFor();
  await until('the focus to be in the popover', () =>
    page.getByRole('dialog').evaluateAll((all) => all.some((one) => one.contains(document.activeElement))));
  if (!(await isFocused(page, 'link', 'Receipt'))) await tabTo(page, 'link', 'Receipt');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Receipt' }).waitFor();
  await until('the focus to be on the heading', () =>
    page.evaluate(() => document.activeElement.id === 'page-title'));
  assert.match(await page.title(), /^Receipt · /);
  story.saw('the receipt opened from the answer’s foot; focus is on its heading');
}

async function buys({ story, page }) {
  await page.evaluate(() => document.body.focus());
  await tabTo(page, 'link', 'Billing');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
  await tabTo(page, 'link', 'Buy credits');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Buy credits' });
  await dialog.getByRole('radio').first().waitFor();
  await until('the focus to be in the dialog', () =>
    dialog.evaluateAll((all) => all.some((one) => one.contains(document.activeElement))));
  if (!(await isFocused(page, 'radio', /^5,000 credits/))) await tabTo(page, 'radio', /^5,000 credits/);
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'button', /^Continue to pay \$29\.00/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Sandbox checkout' }).waitFor();
  await page.getByRole('radio').first().waitFor();
  await tabTo(page, 'button', /^Pay \$29\.00/);
  await page.keyboard.press('Enter');
  await page.getByTestId('credits-added').getByText('10,000 credits added').waitFor();
  story.saw('Billing, the dialog, the second pack by arrow key, the payment page, “10,000 credits added”');
}

const isFocused = (page, role, name) =>
  page.getByRole(role, { name }).evaluateAll((all) => all.includes(document.activeElement));

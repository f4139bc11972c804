/**
 * The keyboard alone: Tab to a thing by its role and name, with the focus to be seen on the way.
 * Never clicks. Read next: i-keyboard.test.mjs.
 */
import assert from 'node:assert/strict';
import { painted } from './screens.mjs';

const MOST_TABS = 60;

/** Tab until the focused element is called so; that it has the focus must be to be seen. */
export async function tabTo(page, role, name) {
  const wanted = page.getByRole(role, { name });
  await wanted.first().waitFor();
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

/** Is one of the elements of this role and name focused? */
export const isFocused = (page, role, name) =>
  page.getByRole(role, { name }).evaluateAll((all) => all.includes(document.activeElement));

/** Tabs to a choice and goes through it by arrow keys until `option` is chosen. */
export async function choose(page, name, option) {
  await tabTo(page, 'combobox', name);
  await page.keyboard.press('Home');
  const chosen = () => page.evaluate(() => document.activeElement.selectedOptions[0].label);
  for (let presses = 0; (await chosen()) !== option; presses += 1) {
    assert.ok(presses < 100, `${option} is not to be chosen; last was ${await chosen()}`);
    await page.keyboard.press('ArrowDown');
  }
}

/** Tabs to a field and writes `text` over what is there. */
export async function write(page, name, text) {
  await tabTo(page, 'textbox', name);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** Tabs to a button or link and presses Enter. */
export async function press(page, role, name) {
  await tabTo(page, role, name);
  await page.keyboard.press('Enter');
}

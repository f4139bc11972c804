/**
 * The keyboard alone: log in, ask, open the receipt, stop, go anywhere, buy. Everything is reached
 * by Tab, focus is always to be seen, and the live region says what happened once.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import { isFocused, tabTo } from '../support/keyboard.mjs';
import {
  answered, answers, badge, composer, modelIsReady, OWNER, pressEscape, sendButton, setUp,
  stoppedInMidAnswer,
} from '../support/people.mjs';
import { becomes, until } from '../support/until.mjs';

journey('The keyboard alone: log in, ask, open the receipt, stop, go anywhere, buy', async (story) => {
  const server = await story.server();
  const first = await story.person(server);
  const owner = await story.person(server);
  const told = { story, server, first, owner, page: owner.page };
  await story.step('Log in', () => logsIn(told));
  await story.step('The skip link leads to the content', () => skips(told));
  await story.step('Ask, and hear that the answer is ready', () => asks(told));
  await story.step('Open the receipt', () => opensReceipt(told));
  await story.step('Stop with Esc and with the button', () => stops(told));
  await story.step('Go to a session and a screen by name', () => goes(told));
  await story.step('Buy a pack', () => buys(told));
});

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
  await becomes('the focus to be on the content', () => page.evaluate(() => document.activeElement.id), 'main');
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

async function stops({ story, owner, page }) {
  await page.goBack();
  await answers(page).first().waitFor();
  const inField = () => isFocused(page, 'textbox', 'Message to Joule');
  await stoppedInMidAnswer(owner, { press: pressEscape });
  await page.getByTestId('live-region').getByText(/^Answer ended\. Stopped\./).waitFor();
  await stoppedInMidAnswer(owner, { press: pressWithEnter });
  await sendButton(page).waitFor();
  await becomes('the focus to be where the next message is written', inField, true);
  story.saw('Esc stops; Tab and Enter on Stop do, and the focus is in the field when it has ended');
}

async function pressWithEnter(page) {
  const stop = page.getByRole('button', { name: 'Stop this answer' });
  if ((await stop.count()) === 0) return;
  await composer(page).focus();
  for (let tabs = 0; tabs < 4; tabs += 1) {
    await page.keyboard.press('Tab');
    if (!(await isFocused(page, 'button', 'Stop this answer'))) continue;
    await page.keyboard.press('Enter');
    return;
  }
}

async function goes({ story, page }) {
  const goTo = async (text, option) => {
    await page.keyboard.press('Control+k');
    const search = page.getByRole('combobox', { name: 'Screen or session' });
    await until('the focus to be in the search', () => isFocused(page, 'combobox', 'Screen or session'));
    await page.keyboard.type(text);
    await page.getByRole('option', { name: option, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await search.waitFor({ state: 'detached' });
  };
  await goTo('team', 'Team');
  await page.getByRole('heading', { level: 1, name: 'Team' }).waitFor();
  await becomes('the focus to be on the heading', () => page.evaluate(() => document.activeElement.id), 'page-title');
  await goTo('say hello', /^Say hello/);
  await answers(page).first().waitFor();
  await page.keyboard.press('/');
  assert.ok(await isFocused(page, 'textbox', 'Message to Joule'), '/ goes to the composer');
  assert.equal(await composer(page).inputValue(), '');
  await page.keyboard.press('Control+k');
  await until('the focus to be in the search', () => isFocused(page, 'combobox', 'Screen or session'));
  await page.keyboard.press('Escape');
  await becomes('the focus to be where it was', () => isFocused(page, 'textbox', 'Message to Joule'), true);
  story.saw('Ctrl K finds a screen and a session by name, Esc leads back from it; / goes to the composer');
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

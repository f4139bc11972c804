/**
 * Taking over: a person watches the agent, takes control, clicks and types on the page itself,
 * gives it back and the agent goes on. Pausing costs nothing; Stop ends it.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { bakery, BUTTON, FIELD, said } from '../support/bakery.mjs';
import { journey } from '../support/journey.mjs';
import { atRest, setUp } from '../support/people.mjs';
import {
  begin, clickOnPage, isMarked, log, logHas, pad, pictureChanges, press, receiptAddsUp, seenOn, usedSoFar,
} from '../support/session.mjs';
import { Site } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { ended } from '../support/work.mjs';

journey('A browser session is taken over, given back, paused and stopped', async (story) => {
  const site = await Site.start(bakery);
  story.finally(() => site.stop());
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ env: { ...site.allowed, ...agent.env } });
  const owner = await story.person(server);
  const told = { story, server, owner, site, agent, page: owner.page };
  await story.step('The agent opens the order', () => agentBegins(told));
  await story.step('Take control: what the agent thought is dropped', () => takes(told));
  await story.step('Clicks and keys reach the page itself', () => works(told));
  await story.step('The address leads elsewhere, and back', () => travels(told));
  await story.step('Ctrl Alt Esc gives it back, and the agent goes on from there', () => givesBack(told));
  await story.step('A pause is not charged; Continue goes on', () => pauses(told));
  await story.step('Stop ends it, and what was used is charged', () => stops(told));
});

async function agentBegins(told) {
  const { story, server, owner, site, agent, page } = told;
  await setUp(owner, server);
  told.run = await begin(page, { task: 'Order a loaf for Ada.', address: site.address('/'), minutes: 20 });
  await pictureChanges(page);
  await agent.clicks('Order bread', 'To order');
  await logHas(page, 'Clicked “Order bread”');
  await agent.asked();
  told.before = await pictureChanges(page);
  story.saw(`log: ${(await log(page)).join(' · ')}`);
}

async function takes({ story, agent, page }) {
  await press(page, 'Take control');
  await isMarked(page, 'You are in control');
  await page.getByTestId('in-control').getByText('You are in control.').waitFor();
  await page.getByTestId('in-control').getByText('Esc', { exact: true }).waitFor();
  await until('the model’s thought to be dropped', () => agent.dropped === 1);
  await until('the page to have the focus', () => pad(page).evaluate((one) => one === document.activeElement));
  const button = page.getByRole('button', { name: 'Release', exact: true });
  const { width, height } = await button.boundingBox();
  assert.ok(width >= 24 && height >= 24);
  story.saw('the frame says “You are in control”, the request to the model was given up');
}

async function works({ story, site, page, before }) {
  await clickOnPage(page, FIELD);
  await page.keyboard.type('Ada');
  await page.keyboard.press('Tab');
  await until('the site to hear of the name and the key', () => {
    const heard = said(site);
    return heard.includes('typed Ada') && heard.includes('key Tab');
  });
  assert.ok(await pad(page).evaluate((one) => one === document.activeElement), 'Tab went to the page');
  await clickOnPage(page, BUTTON);
  await until('the site to hear of the order', () => said(site).includes('ordered for Ada'));
  await pictureChanges(page, before);
  const { x, y, width, height } = await pad(page).boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  const scrolledHere = await page.evaluate(() => window.scrollY);
  await page.mouse.wheel(0, 600);
  await until('the page to be scrolled', () => said(site).includes('scrolled'));
  assert.equal(await page.evaluate(() => window.scrollY), scrolledHere, 'this window stands still');
  story.saw(`the site heard: ${said(site).join(', ')}`);
}

async function travels({ story, site, page }) {
  const address = page.getByRole('textbox', { name: 'Address' });
  await address.fill(site.address('/hours'));
  await address.press('Enter');
  await until('the site to be asked', () => site.asked.includes('/hours'));
  await page.getByRole('img', { name: /Opening hours/ }).waitFor();
  const before = await seenOn(page);
  await press(page, 'Go back to the page before');
  await until('the page before', async () => (await address.inputValue()) === site.address('/order'));
  await pictureChanges(page, before);
  await address.fill('file:///etc/passwd');
  await address.press('Enter');
  await page.getByText('This is not a web address.').waitFor();
  story.saw('to the opening hours and back; file:// is no address');
}

async function givesBack({ story, site, agent, page }) {
  await pad(page).focus();
  await page.keyboard.press('Control+Alt+Escape');
  await isMarked(page, 'Working');
  await logHas(page, 'Olivia Owner was in control');
  const { messages } = await agent.asked();
  assert.match(messages.map(({ content }) => content).join('\n'), /A person used the browser meanwhile/);
  const button = page.getByRole('button', { name: 'Take control' });
  await until('the focus to be on the button', () => button.evaluate((one) => one === document.activeElement));
  const asked = site.asked.length;
  await agent.calls('navigate', { url: site.address('/hours'), reason: 'To be on time' });
  await until('the agent to go on', () => site.asked.slice(asked).includes('/hours'));
  await logHas(page, 'To be on time');
  story.saw(`log: ${(await log(page)).join(' · ')}`);
}

async function pauses({ story, owner, agent, page, run }) {
  await agent.asked();
  const dropped = agent.dropped;
  await press(page, 'Pause');
  await isMarked(page, 'Paused');
  await until('its thought to be dropped', () => agent.dropped === dropped + 1);
  const standing = page.getByTestId('browser-standing');
  await standing.getByText(/^Paused\. Nothing is charged while it is paused\. It ends by itself at \d\d:\d\d\.$/).waitFor();
  const first = await atSeconds(owner, run);
  // Time passes, by the pictures and the look every few seconds: nothing more is counted.
  const looks = [];
  await page.waitForResponse((answer) => answer.url().endsWith(`/runs/${run}`));
  for (let look = 0; look < 2; look += 1) {
    await page.waitForResponse((answer) => answer.url().endsWith(`/runs/${run}`));
    looks.push(await atSeconds(owner, run));
  }
  assert.deepEqual(new Set(looks), new Set([looks[0]]), 'no second is counted');
  const used = await usedSoFar(page);
  await press(page, 'Continue');
  await isMarked(page, 'Working');
  await agent.asked();
  await until('credits to count on', async () => (await usedSoFar(page)) > used || null);
  story.saw(`paused at ${first} s, still ${looks.at(-1)} s two looks later; then it counts on`);
}

async function atSeconds({ api }, run) {
  return (await api.get(`/runs/${run}`)).browser.seconds;
}

async function stops({ story, owner, server, page, run }) {
  await press(page, 'Stop');
  const done = await ended(owner, run);
  assert.deepEqual([done.state, done.reason], ['cancelled', 'stopped']);
  await page.getByTestId('recording').waitFor();
  await page.getByText('Stopped by a person.').first().waitFor();
  const { receipt, seconds } = await receiptAddsUp(owner, run);
  assert.equal((await atRest(owner)).held, '0');
  const { code, said: words } = await server.command(['verify']);
  assert.equal(code, 0, words);
  story.saw(`${seconds} seconds, ${receipt.used} credits used, ${receipt.given_back} given back`);
}

/**
 * Joule opens a browser for an answer: on a site that the person named at once, on another one only
 * after it was allowed. With a model that calls tools, and with one that refuses to hear of them.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { bakery } from '../support/bakery.mjs';
import { asking, cards, cardSays, newestRun, unfold } from '../support/hands.mjs';
import { journey } from '../support/journey.mjs';
import { answered, answerText, atRest, composer, send, setUp } from '../support/people.mjs';
import { press, receiptAddsUp } from '../support/session.mjs';
import { Site } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { ended, openTab } from '../support/work.mjs';

journey('Joule opens a browser for an answer', async (story) => {
  const told = await begins(story, { tools: true });
  await story.step('On a site that was named: at once, with a card that leads to it', () => browses(told));
  await story.step('On a site that nobody named: it asks first', () => asksForSite(told));
  await story.step('The receipt has its seconds, and adds up', () => isCharged(told));
});

journey('Joule uses its hands with a model that refuses tools', async (story) => {
  const told = await begins(story, { tools: false });
  await story.step('It browses by the text protocol; its lines are not shown', () => browses(told));
  await story.step('The receipt has its seconds, and adds up', () => isCharged(told));
});

async function begins(story, { tools }) {
  const site = await Site.start(bakery);
  story.finally(() => site.stop());
  const agent = await Agent.start({ tools });
  story.finally(() => agent.stop());
  const server = await story.server({ env: { ...site.allowed, ...agent.env } });
  const owner = await story.person(server);
  return { story, server, owner, site, agent, page: owner.page };
}

async function browses(told) {
  const { story, server, owner, site, agent, page } = told;
  await setUp(owner, server);
  await send(page, `What does a loaf cost at ${site.address('/')}?`);
  // Asked without tools at first, it could not know of them: it is asked again in words.
  if (!agent.tools) await agent.says('I cannot open pages.');
  assert.equal(/^- browse: /m.test(await agent.knows()), !agent.tools);
  await agent.calls('browse', { task: 'Find the price of a loaf.', url: site.address('/') });
  await cardSays(page, 'Browse 127.0.0.1', 'running');
  await page.getByText('Using “Browse 127.0.0.1”…').waitFor();
  await until('the page to be read', async () => /Good bread since 1921/.test(await agent.knows()));
  const card = await unfold(page, 'Browse 127.0.0.1');
  const link = card.getByRole('link', { name: 'Watch the browser' });
  told.run = (await newestRun(owner)).id;
  assert.equal(await link.getAttribute('href'), `/runs/${told.run}`);
  const watcher = await owner.openTab(`/runs/${told.run}`);
  await watcher.getByTestId('browser-address').getByText(site.address('/')).waitFor();
  await watcher.close();
  await agent.calls('navigate', { url: site.address('/prices'), reason: 'To find the price' });
  await until('the site to be asked', () => site.asked.includes('/prices'));
  await until('the price to be read', async () => /rye bread costs 4\.20/.test(await agent.knows()));
  await agent.calls('done', { answer: 'Rye bread costs 4.20 euros.' });
  const head = await cardSays(page, 'Browse 127.0.0.1', 'done');
  await agent.says('A loaf costs **4.20 euros**.');
  assert.match((await answered(page, 1)).trim(), /A loaf costs 4\.20 euros\.$/);
  await card.getByRole('link', { name: 'See the recording' }).waitFor();
  assert.doesNotMatch(await answerText(page).innerText(), /"tool"/);
  assert.equal((await ended(owner, told.run)).state, 'succeeded');
  story.saw(`“${head}”, asked: ${site.asked.join(' ')}`);
}

async function asksForSite({ story, agent, page }) {
  await send(page, 'And elsewhere?');
  await agent.calls('browse', { task: 'Look there.', url: 'http://example.invalid/' });
  await asking(page).getByText(/^It would open example\.invalid, a site that you have not named\./).waitFor();
  assert.equal(await asking(page).getByRole('textbox').count(), 0, 'a site is not allowed for good');
  await press(page, 'Not now');
  await asking(page).waitFor({ state: 'detached' });
  await agent.says('I have not looked there.');
  await answered(page, 2);
  await cardSays(page, 'Browse example.invalid', 'declined');
  assert.equal(await cards(page).count(), 2);
  await composer(page).waitFor();
  story.saw('it asked, and left it');
}

async function isCharged({ story, server, owner, page, run }) {
  const { receipt, seconds } = await receiptAddsUp(owner, run);
  assert.ok(seconds > 0, 'the open browser is counted');
  await page.goto(`/runs/${run}`);
  await openTab(page, 'Steps');
  const parts = await page.getByRole('tabpanel').getByRole('heading', { level: 3 }).allInnerTexts();
  assert.deepEqual(parts, ['Thinking and writing', 'Browse 127.0.0.1', 'Thinking and writing']);
  assert.equal((await atRest(owner)).held, '0');
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`${seconds} seconds and ${receipt.lines.length} lines are ${receipt.used} credits`);
}

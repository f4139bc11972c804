/**
 * The operator connects a provider: the Test button good and bad, the key never shown again,
 * exact usage on the receipt, and an answer that tries everything a page must not do.
 */
import assert from 'node:assert/strict';
import { journey } from '../support/journey.mjs';
import { ask, composer, lastAnswer, lastRun, modelIsReady, setUp, written } from '../support/people.mjs';
import { Provider } from '../support/provider.mjs';

const KEY = 'sk-test-7f3d9b1e5a';
const ELSEWHERE = 'http://elsewhere.example.test';

const HOSTILE = `# A heading

<script>globalThis.harmed = 'script'</script>
<img src="${ELSEWHERE}/raw.png" onerror="globalThis.harmed = 'onerror'">
<iframe src="${ELSEWHERE}/frame"></iframe>

![a remote picture](${ELSEWHERE}/picture.png)

[click me](javascript:globalThis.harmed='link') and [a data page](data:text/html,<script>1</script>)

[an honest link](${ELSEWHERE}/page) and <a href="${ELSEWHERE}/raw" onclick="globalThis.harmed = 1">raw</a>

| one | two |
| --- | --- |
| 1 | 2 |

\`\`\`html
<script>globalThis.harmed = 'code'</script>
\`\`\`
`;

journey('The operator connects a provider', async (story) => {
  const server = await story.server();
  const provider = await Provider.start({ key: KEY });
  story.finally(() => provider.stop());
  const owner = await story.person(server);
  const told = { story, server, owner, provider, page: owner.page };
  await story.step('A wrong key fails the test in clear words', () => fails(told));
  await story.step('The right key passes it; saved, it is never shown again', () => connects(told));
  await story.step('An answer through it is charged by its own usage', () => isExact(told));
  await story.step('A hostile answer runs nothing and asks nothing of anybody', () => harmsNobody(told));
  await story.step('Told that it speaks the other interface, it is asked so', () => speaksOtherwise(told));
  await story.step('Disconnected, the local model answers again', () => disconnects(told));
});

async function form(page, { url, key }) {
  await page.getByRole('textbox', { name: 'Base URL' }).fill(url);
  await page.getByLabel('API key', { exact: true }).fill(key);
  await page.getByRole('textbox', { name: 'Model id' }).fill('tiny-1');
  await page.getByRole('textbox', { name: 'Name shown to people' }).fill('Tiny One');
  await page.getByRole('textbox', { name: 'Credits per 1,000 tokens in' }).fill('3');
  await page.getByRole('textbox', { name: 'Credits per 1,000 tokens out' }).fill('7.5');
}

async function fails(told) {
  const { story, server, owner, provider, page } = told;
  await setUp(owner, server);
  await page.getByRole('link', { name: 'Models', exact: true }).click();
  await page.getByText('Not connected').waitFor();
  await form(page, { url: provider.url, key: 'sk-wrong-key' });
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const result = page.getByTestId('provider-test');
  await result.getByText('It did not answer.').waitFor();
  const text = await result.innerText();
  assert.match(text, /key is missing, wrong/);
  assert.doesNotMatch(text, /sk-wrong-key/);
  assert.equal((await owner.api.get('/operator/v1/model-provider')).configured, false);
  story.saw(`“${text.replaceAll('\n', ' ')}”`);
}

async function connects(told) {
  const { story, server, owner, provider, page } = told;
  await page.getByLabel('API key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const result = page.getByTestId('provider-test');
  await result.getByText('It answered.').waitFor();
  await result.getByText(/11 tokens in, 3 tokens out/).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Connected', { exact: true }).waitFor();
  const kept = await owner.api.get('/operator/v1/model-provider');
  assert.equal(kept.key_set, true);
  assert.ok(!JSON.stringify(kept).includes(KEY), 'the API does not show the key');
  await page.reload();
  await page.getByText('A key is stored. Leave this empty to keep it.').waitFor();
  assert.equal(await page.getByLabel('API key', { exact: true }).inputValue(), '');
  assert.ok(!(await page.content()).includes(KEY), 'the page does not show the key');
  assert.ok(!server.said.includes(KEY), 'the log does not show the key');
  assert.equal((await owner.api.get('/credits')).total, '1000', 'tests cost nothing');
  story.saw(`kept: ${kept.name} (${kept.model}) at ${kept.base_url}, key_set ${kept.key_set}; ${provider.requests.length} calls so far`);
}

async function isExact(told) {
  const { story, owner, provider, page } = told;
  provider.answer = 'A plain answer in a few words.';
  provider.usage = { prompt_tokens: 1234, completion_tokens: 567 };
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  const text = await ask(page, 'Anything will do.');
  assert.equal(text.trim(), provider.answer);
  const run = await lastRun(owner);
  const receipt = await owner.api.get(`/runs/${run.id}/receipt`);
  const lines = receipt.lines.map(({ measure, quantity, credits }) => [measure, quantity, credits]);
  assert.deepEqual(lines, [['input_tokens', 1234, '3.702'], ['output_tokens', 567, '4.2525']]);
  assert.equal(receipt.used, '7.9545');
  assert.equal(receipt.estimated, false);
  const sent = JSON.parse(provider.requests.at(-1).body);
  assert.equal(sent.model, 'tiny-1');
  assert.equal(sent.stream_options.include_usage, true);
  await page.goto(`/runs/${run.id}/receipt`);
  await page.getByRole('heading', { name: `${written('7.9545')} credits used · ${written(receipt.given_back)} given back` }).waitFor();
  story.saw('1,234 tokens in at 3 and 567 out at 7.5 per 1,000 are 3.702 + 4.2525 = 7.9545, exactly');
}

async function harmsNobody(told) {
  const { story, owner, provider, page } = told;
  provider.answer = HOSTILE;
  provider.usage = { prompt_tokens: 10, completion_tokens: 200 };
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await ask(page, 'Show me something with a picture.');
  const answer = lastAnswer(page).getByTestId('answer-text');
  await answer.getByText('Picture not loaded: a remote picture').waitFor();
  const found = await answer.evaluate((element) => ({
    tags: [...element.querySelectorAll('script, img, iframe, object, embed, form')].map((one) => one.tagName),
    links: [...element.querySelectorAll('a')].map((one) => one.getAttribute('href')),
    handlers: [...element.querySelectorAll('*')].filter((one) =>
      one.getAttributeNames().some((name) => name.startsWith('on'))).length,
  }));
  assert.deepEqual(found, { tags: [], links: [`${ELSEWHERE}/page`], handlers: 0 });
  await answer.getByText('click me').click();
  assert.equal(await page.evaluate(() => globalThis.harmed ?? null), null, 'nothing was run');
  assert.deepEqual(owner.elsewhere, [], 'nothing was asked of another host');
  await answer.getByRole('cell', { name: '2' }).waitFor();
  await answer.getByText("<script>globalThis.harmed = 'code'</script>").waitFor();
  await answer.getByText('(elsewhere.example.test)').first().waitFor();
  await page.reload();
  await answer.getByText('Picture not loaded: a remote picture').waitFor();
  assert.equal(await page.evaluate(() => globalThis.harmed ?? null), null);
  assert.deepEqual(owner.elsewhere, []);
  story.saw('no script, image, frame or handler in the page; one link, with its host; no request to it');
}

async function speaksOtherwise({ story, owner, provider, page }) {
  provider.answer = 'Said as a message.';
  provider.usage = { prompt_tokens: 20, completion_tokens: 4 };
  await page.getByRole('link', { name: 'Models', exact: true }).click();
  await page.getByLabel('It speaks').selectOption({ label: 'Anthropic Messages API' });
  assert.equal(await page.getByRole('textbox', { name: 'Base URL' }).inputValue(), provider.url);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByTestId('provider-test').getByText(/20 tokens in, 4 tokens out/).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved. New runs use this model.').first().waitFor();
  assert.equal((await owner.api.get('/operator/v1/model-provider')).kind, 'anthropic');
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  const text = await ask(page, 'And now?');
  assert.equal(text.trim(), provider.answer);
  const { url, body } = provider.requests.at(-1);
  assert.equal(url, '/v1/messages');
  assert.equal(JSON.parse(body).stream, true);
  const receipt = await owner.api.get(`/runs/${(await lastRun(owner)).id}/receipt`);
  assert.deepEqual(receipt.lines.map(({ quantity }) => quantity), [20, 4]);
  story.saw(`${provider.requests.length} calls, the last ones to ${url} with the key that was kept`);
}

async function disconnects({ story, owner, page }) {
  await modelIsReady(owner);
  await page.getByRole('link', { name: 'Models', exact: true }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.getByText('Not connected').waitFor();
  const { data } = await owner.api.get('/models');
  assert.deepEqual(data.map(({ provider, is_default: first }) => [provider, first]), [['local', true]]);
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  await page.getByTestId('model-notice').getByText(/a small model on this computer/).waitFor();
  await composer(page).waitFor();
  story.saw('models: the local one, by default');
}

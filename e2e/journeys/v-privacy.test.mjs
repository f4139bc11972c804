/**
 * Data and going: a person downloads what is theirs, which opens and holds their question, and
 * deletes their account; an owner downloads everything and deletes the organization. The books
 * stay right throughout.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { journey } from '../support/journey.mjs';
import { look } from '../support/looks.mjs';
import {
  ask, badge, invites, join, MEMBER, modelIsReady, ORGANIZATION, OWNER, setUp,
} from '../support/people.mjs';
import { section } from '../support/billing.mjs';
import { until } from '../support/until.mjs';

const QUESTION = 'Say the word lighthouse.';
const PRIVATE = 'Say the word harbour.';
const run = promisify(execFile);

journey('Privacy: taking one’s data out, and going', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, screens: 0, rules: 0, faults: [] };
  await story.step('Two people ask something', () => begin(told));
  await story.step('A person downloads their data; it opens and holds their question', () => takesOut(told));
  await story.step('Wrong words delete nothing; the right ones delete the account', () => deletesAccount(told));
  await story.step('They cannot log in any more, and no credit has moved', () => isGone(told));
  await story.step('The owner downloads everything but what others said', () => takesEverything(told));
  await story.step('The owner deletes the organization by its name', () => deletesOrganization(told));
  await story.step('The books are right, and axe is silent', () => allIsRight(told));
});

const position = async ({ api }) => (await api.get('/credits')).position;

async function begin(told) {
  const { story, server, owner } = told;
  await setUp(owner, server);
  await modelIsReady(owner);
  const link = await invites(owner.page);
  told.member = await story.person(server);
  await join(told.member, link);
  await ask(told.member.page, QUESTION);
  await owner.page.getByRole('link', { name: 'Home', exact: true }).first().click();
  await ask(owner.page, PRIVATE);
  story.saw(`${OWNER.name} and ${MEMBER.name} each have a session`);
}

/** To the page, by the links a person finds. */
async function opensData(page) {
  await page.goto('/settings');
  await page.getByRole('link', { name: 'Download or delete your data' }).click();
  await page.getByRole('heading', { level: 1, name: 'Your data' }).waitFor();
}

/** Clicks, waits for the file, and reads it with a program of its own. */
async function downloads(page, label) {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: label }).click();
  const file = await coming;
  const path = await file.path();
  await page.getByRole('main').getByText(`${file.suggestedFilename()} was saved`, { exact: false }).waitFor();
  const read = async (...args) => (await run('python3', ['-c', READER, path, ...args], { maxBuffer: 1 << 26 })).stdout;
  return { name: file.suggestedFilename(), names: JSON.parse(await read()), text: read };
}

const READER = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as file:
    assert file.testzip() is None
    if len(sys.argv) == 2:
        print(json.dumps(file.namelist()))
    for name in sys.argv[2:]:
        sys.stdout.write(file.read(name).decode())
`;

async function takesOut(told) {
  const { story, member } = told;
  const { page } = member;
  const before = await position(member);
  await opensData(page);
  await look(told, 'privacy-your-data', { page });
  const file = await downloads(page, 'Download my data');
  assert.match(file.name, /^my-data-\d{4}-\d\d-\d\d\.zip$/);
  const sessions = file.names.filter((name) => name.startsWith('sessions/'));
  assert.equal(sessions.length, 1);
  const session = JSON.parse(await file.text(sessions[0]));
  assert.deepEqual(session.messages.map(({ role }) => role), ['user', 'assistant']);
  assert.equal(session.messages[0].text, QUESTION);
  const account = JSON.parse(await file.text('account.json'));
  assert.equal(account.email, MEMBER.email);
  assert.ok(!(await file.text(...file.names)).includes(PRIVATE), 'nothing of others');
  assert.equal(await position(member), before, 'no credit moves');
  story.saw(`${file.name}: ${file.names.length} files; “${session.messages[0].text}” is in it`);
}

async function deletesAccount(told) {
  const { story, member } = told;
  const { page } = member;
  member.expect(/status of 422 .*\/account/);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await dialog.waitFor();
  await look(told, 'privacy-delete-account', { page });
  const email = dialog.getByRole('textbox', { name: /^Type your email address/ });
  const password = dialog.getByLabel('Your password', { exact: true });
  await email.fill(MEMBER.email);
  await password.fill('not my password at all');
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await dialog.getByText('This is not your password.').waitFor();
  await password.fill(MEMBER.password);
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText('Your account was deleted.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor();
  await look(told, 'privacy-goodbye', { page });
  story.saw(`a wrong password is refused at its field; then “${await page.getByText('Your account was deleted.').innerText()}”`);
}

async function isGone({ story, owner, member }) {
  const { page } = member;
  member.expect(/status of 401/);
  await page.getByRole('textbox', { name: 'Email', exact: true }).fill(MEMBER.email);
  await page.getByLabel('Password', { exact: true }).fill(MEMBER.password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  const refused = page.getByRole('alert');
  await refused.waitFor();
  const { data } = await owner.api.get('/members');
  assert.deepEqual(data.map(({ name }) => name), [OWNER.name]);
  const runs = (await owner.api.get('/runs')).data;
  const theirs = runs.filter(({ started_by: by }) => by === 'Deleted person');
  assert.ok(theirs.length > 0, 'their runs stay with their credits');
  assert.ok(!JSON.stringify(runs).includes(QUESTION) && !JSON.stringify(runs).includes(MEMBER.name));
  story.saw(`“${(await refused.innerText()).split('\n')[0]}”; ${theirs.length} runs stay under “Deleted person”`);
}

async function takesEverything({ story, owner }) {
  const { page } = owner;
  await opensData(page);
  const file = await downloads(page, 'Download everything');
  assert.match(file.name, /^organization-\d{4}-\d\d-\d\d\.zip$/);
  const lines = (await file.text('journal.jsonl')).trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.at(-1).position, await position(owner));
  assert.deepEqual(lines.map((line) => line.position), lines.map((_, index) => index + 1));
  const all = await file.text(...file.names);
  for (const text of [QUESTION, MEMBER.name, MEMBER.email]) {
    assert.ok(!all.includes(text), text);
  }
  story.saw(`${file.name}: ${file.names.length} files, ${lines.length} entries of the journal`);
}

async function deletesOrganization(told) {
  const { story, owner } = told;
  const { page } = owner;
  owner.expect(/status of 422 .*\/organization/);
  const shown = await badge(page).innerText();
  await page.getByText(`You own ${ORGANIZATION}.`, { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Delete organization' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete ${ORGANIZATION}?` });
  const lost = await dialog.getByText(/credits are lost$/).innerText();
  await look(told, 'privacy-delete-organization', { page });
  const name = dialog.getByRole('textbox', { name: /^Type the organization’s name/ });
  await name.fill('Somebody else');
  await dialog.getByLabel('Your password', { exact: true }).fill(OWNER.password);
  await dialog.getByRole('button', { name: 'Delete organization' }).click();
  await until('the refusal', async () => (await name.getAttribute('aria-invalid')) === 'true' || null);
  await name.fill(ORGANIZATION);
  await dialog.getByRole('button', { name: 'Delete organization' }).click();
  await page.getByText('The organization was deleted.').waitFor();
  owner.expect(/status of 401/);
  assert.equal((await owner.api.ask('GET', '/credits')).status, 401);
  owner.expect(/status of 410/);
  await page.getByRole('textbox', { name: 'Email', exact: true }).fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('button', { name: 'Delete my account' }).waitFor();
  await look(told, 'privacy-belongs-nowhere', { page });
  story.saw(`the badge said ${shown.replaceAll('\n', ' ')}; “${lost}”; the account is still there and belongs nowhere`);
}

async function allIsRight({ story, server, screens, rules, faults }) {
  assert.deepEqual(faults, []);
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`${screens} screens in light and dark, ${rules} rules of axe passed; ampere verify: ${said.trim().split('\n').at(-1)}`);
}

/**
 * The audit log: what people really did stands there with who, when and what became of what; the
 * owner reads it in every look and takes it as a file. Nobody else may, and reading it books
 * nothing. Read next: t-team.test.mjs.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { startsPlan } from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import { look, open } from '../support/looks.mjs';
import { invites, join, MEMBER, ORGANIZATION, OWNER, setUp } from '../support/people.mjs';
import { becomes, until } from '../support/until.mjs';

const ADMIN = { name: 'Ada Admin', email: 'ada@example.test', password: 'a fourth pass phrase 4' };
const PATH = '/settings/audit-log';

journey('The audit log: who did what, for the owner alone', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page, rules: 0, screens: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('Before anything is changed it says so', () => isEmpty(told));
  await story.step('People join, a role and billing access change, a plan is bought', () => acts(told));
  await story.step('The owner reads who did what', () => isRead(told));
  await story.step('It can be read by everybody’s eyes: axe, 390 px, dark', () => isLookedAt(told));
  await story.step('It is taken as a file, row for row', () => isTaken(told));
  await story.step('An admin and a member have no access', () => isClosed(told));
  await story.step('No screen had a fault', () => {
    assert.equal(told.faults.length, 0, told.faults.join('\n'));
  });
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

const rows = (page) => page.getByRole('table', { name: 'Audit log' }).locator('tbody tr');
const entries = async ({ api }) => (await api.get('/audit-log')).data;

async function isEmpty({ story, server, owner, page }) {
  await setUp(owner, server);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('link', { name: 'See the audit log' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
  await page.getByText('Nothing was changed yet.').waitFor();
  assert.deepEqual(await entries(owner), []);
  story.saw('“Nothing was changed yet.”');
}

async function acts(told) {
  const { story, server, owner, page } = told;
  for (const [key, who, as] of [['member', MEMBER, 'Member'], ['admin', ADMIN, 'Admin']]) {
    const link = await invites(page, as);
    told[key] = await story.person(server);
    await join(told[key], link, who);
  }
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await page.getByRole('switch', { name: `${MEMBER.name} is billing admin` }).click({ force: true });
  await until('the mark', async () => (await told.member.api.get('/auth/me')).billing_access || null);
  // The admin's act is the admin's, not the owner's.
  const admins = told.admin.page;
  await admins.getByRole('link', { name: 'Team', exact: true }).click();
  await admins.getByRole('combobox', { name: `Role of ${MEMBER.name}` }).selectOption('viewer');
  await until('the role', async () => (await told.member.api.get('/auth/me')).role === 'viewer' || null);
  await startsPlan(page, 'Starter');
  story.saw('two invitations, two who joined, a mark, a role, a plan');
}

// What stands there, newest first, as far as these acts go: what, of whom, by whom.
const DONE = [
  ['Role changed', MEMBER.name, ADMIN.name],
  ['Billing access changed', MEMBER.name, OWNER.name],
  ['Invitation accepted', null, ADMIN.name],
  ['Invitation made', null, OWNER.name],
  ['Invitation accepted', null, MEMBER.name],
  ['Invitation made', null, OWNER.name],
];

async function isRead(told) {
  const { story, owner, page } = told;
  const before = (await owner.api.get('/credits')).position;
  await open(page, PATH, 'Audit log');
  const kept = await entries(owner);
  await becomes('a row for each entry', () => rows(page).count(), kept.length);
  assert.deepEqual(kept.map(({ position }) => position), kept.map((_, index) => kept.length - index));
  const people = kept.filter(({ text }) => DONE.some(([what]) => what === text));
  const seen = people.map(({ text, target_name: name, actor }) => [text, name, actor.name]);
  const named = DONE.map(([what, whom, by], at) => [what, whom ?? seen[at]?.[1] ?? null, by]);
  assert.deepEqual(seen, named);
  const role = rows(page).filter({ hasText: 'Role changed' });
  const text = (await role.innerText()).replaceAll('\n', ' ');
  for (const part of [ADMIN.name, MEMBER.name, 'role: member → viewer']) assert.ok(text.includes(part), text);
  await rows(page).filter({ hasText: 'Plan started' }).first().waitFor();
  assert.equal((await owner.api.get('/credits')).position, before, 'reading books nothing');
  told.kept = kept;
  story.saw(`${kept.length} entries, from “${kept.at(-1).text}” to “${kept[0].text}”; “${text}”`);
}

async function isLookedAt(told) {
  await look(told, 'audit-log');
  await open(told.page, '/settings', 'Settings');
  await told.page.getByRole('link', { name: 'See the audit log' }).waitFor();
}

async function isTaken({ story, page, kept }) {
  await open(page, PATH, 'Audit log');
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download CSV' }).click();
  const download = await coming;
  const lines = (await readFile(await download.path(), 'utf8')).trim().split(/\r?\n/);
  assert.equal(lines.length, kept.length + 1, 'a head and a line for each entry');
  for (const [index, { act, hash }] of kept.entries()) {
    assert.ok(lines[index + 1].includes(`,${act},`), `${lines[index + 1]}: ${act}`);
    assert.ok(lines[index + 1].includes(hash), 'what proves it is in the file too');
  }
  story.saw(`${download.suggestedFilename()}: ${lines.length} lines, “${lines[0]}”`);
}

async function isClosed({ story, admin, member }) {
  for (const person of [admin, member]) {
    const { page, api } = person;
    await page.goto('/settings');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'See the audit log' }).count(), 0);
    await page.goto(PATH);
    await page.getByText('Only the owner sees the audit log.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Download CSV' }).count(), 0);
    for (const path of ['/audit-log', '/audit-log.csv']) {
      const { status, body } = await api.ask('GET', path);
      assert.deepEqual([status, body.code], [403, 'forbidden_role'], path);
    }
  }
  story.saw(`“Only the owner sees the audit log.” in ${ORGANIZATION}; the API answers 403`);
}

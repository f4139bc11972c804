/**
 * A team: people join by a link in a role, a viewer cannot send, a member asks for credits, an
 * owner grants billing access and that person buys, somebody is removed, ownership is handed
 * over. None of it moves a credit but the purchase..
 */
import assert from 'node:assert/strict';
import { arrived, opensBilling, section } from '../support/billing.mjs';
import { journey } from '../support/journey.mjs';
import {
  badge, badgeTells, chooses, composer, invites, join, MEMBER, ORGANIZATION, OWNER, paysWith, setUp,
} from '../support/people.mjs';
import { becomes, until } from '../support/until.mjs';

const VIEWER = { name: 'Vera Viewer', email: 'vera@example.test', password: 'a third pass phrase 3' };
const ADMIN = { name: 'Ada Admin', email: 'ada@example.test', password: 'a fourth pass phrase 4' };

journey('A team: roles, asking, billing admins, removal, ownership', async (story) => {
  const server = await story.server();
  const owner = await story.person(server);
  const told = { story, server, owner, page: owner.page };
  await story.step('Three people join by links, each in the role it gives', () => joinsAll(told));
  await story.step('A viewer reads and starts nothing', () => onlyReads(told));
  await story.step('A member asks for credits; the owner is told, once a day', () => asks(told));
  await story.step('The owner makes the member a billing admin, who buys', () => buys(told));
  await story.step('An admin gives the viewer another role, who may send then', () => changesRole(told));
  await story.step('Removing somebody moves no credit', () => removes(told));
  await story.step('Ownership is handed over by the organization’s name', () => transfers(told));
  await story.step('The books are right', () => booksAreRight(told));
});

const position = async ({ api }) => (await api.get('/credits')).position;

async function joinsAll(told) {
  const { story, server, owner, page } = told;
  await setUp(owner, server);
  const before = await position(owner);
  for (const [key, who, as] of [['member', MEMBER, 'Member'], ['viewer', VIEWER, 'Viewer'], ['admin', ADMIN, 'Admin']]) {
    const link = await invites(page, as);
    told[key] = await story.person(server);
    await join(told[key], link, who);
    const me = await told[key].api.get('/auth/me');
    assert.deepEqual([me.role, me.billing_access, me.organization.name], [as.toLowerCase(), false, ORGANIZATION]);
  }
  assert.equal(await position(owner), before, 'joining moves no credit');
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  const table = page.getByRole('table', { name: 'Members' });
  await becomes('four members', () => table.locator('tbody tr').count(), 4);
  const invitations = await page.getByRole('table', { name: 'Invitations' }).locator('tbody tr').allInnerTexts();
  story.saw(`${(await table.locator('tbody tr').allInnerTexts()).map((row) => row.split('\n')[0]).join(', ')}; ${invitations.length} invitations listed; position still ${before}`);
}

async function onlyReads({ story, viewer }) {
  const { page, api } = viewer;
  const said = await page.getByTestId('read-only').innerText();
  assert.match(said, /^You can read\. Ask Olivia Owner.* for Member access to send\./);
  assert.equal(await composer(page).count(), 0);
  const before = await position(viewer);
  const inputs = { text: 'The loaf costs 4.20 euros.', language: 'German' };
  for (const [path, body] of [['/sessions', {}], ['/runs', { tool: 'translate', inputs }]]) {
    const { status, body: problem } = await api.ask('POST', path, body);
    assert.equal(status, 403, path);
    assert.equal(problem.code, 'forbidden_role');
  }
  assert.equal(await position(viewer), before);
  await page.getByRole('link', { name: 'AI Tools', exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name: 'AI Tools' }).waitFor();
  await page.getByRole('link', { name: /^Translate/ }).first().click();
  await page.getByTestId('read-only').waitFor();
  story.saw(`“${said}”; two POSTs answer 403 forbidden_role`);
}

async function asks({ story, owner, member }) {
  const { page } = member;
  await opensBilling(page);
  await section(page, 'Subscription').getByRole('button', { name: 'Ask them' }).click();
  const answer = section(page, 'Subscription').getByText(/^Olivia Owner got a message\. You can ask again from/);
  await answer.waitFor();
  const again = await member.api.ask('POST', '/billing/ask');
  assert.equal(again.status, 200);
  const unread = owner.page.getByTestId('unread');
  await unread.waitFor();
  await owner.page.getByRole('link', { name: /^Notifications/ }).first().click();
  await owner.page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  const notices = owner.page.getByRole('list', { name: 'Notifications' }).getByRole('listitem');
  const asked = notices.filter({ hasText: MEMBER.name }).filter({ hasText: 'asks' });
  await asked.first().waitFor();
  assert.equal(await asked.count(), 1, 'once a day');
  const text = await asked.innerText();
  const told = (await member.api.get('/notifications')).data.map(({ kind }) => kind);
  assert.ok(!told.includes('asked'), 'only who can do something about it is told');
  await owner.page.getByRole('button', { name: 'Mark all read' }).click();
  await unread.waitFor({ state: 'detached' });
  story.saw(`“${await answer.innerText()}”; the owner reads “${text.replaceAll('\n', ' ')}”`);
}

async function buys({ story, owner, member }) {
  const { page } = owner;
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await page.getByRole('switch', { name: `${MEMBER.name} is billing admin` }).click({ force: true });
  await until('the mark', async () => (await member.api.get('/auth/me')).billing_access || null);
  const before = await member.api.get('/credits');
  await member.page.goto('/billing?buy=1');
  await chooses(member.page, /^5,000 credits/);
  await paysWith(member.page, /4242/);
  await arrived(member.page).getByText('5,000 credits added').waitFor();
  const after = await member.api.get('/credits');
  assert.equal(Number(after.total) - Number(before.total), 5_000);
  await badgeTells(page, after);
  const me = await member.api.get('/auth/me');
  assert.deepEqual([me.role, me.billing_admin, me.rights.includes('grant_billing')], ['member', true, false]);
  await section(member.page, 'Billing admins').getByText(MEMBER.name).waitFor();
  assert.equal((await member.api.ask('PUT', `/billing/admins/${me.user.id}`)).status, 403, 'granting stays the owner’s');
  story.saw(`${MEMBER.name} bought: ${before.total} → ${after.total}; the owner’s badge says ${await badge(page).innerText()}`);
}

async function changesRole({ story, admin, viewer }) {
  const { page } = admin;
  await page.getByRole('link', { name: 'Billing', exact: true }).first().click();
  await page.getByTestId('billing-available').waitFor();
  assert.doesNotMatch(await page.getByRole('main').innerText(), /\$|Recent activity/, 'an admin sees no prices');
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  assert.equal(await page.getByRole('switch').count(), 0, 'an admin grants no billing access');
  assert.equal(await page.getByRole('button', { name: `Remove ${OWNER.name}` }).count(), 0);
  await page.getByRole('combobox', { name: `Role of ${VIEWER.name}` }).selectOption('member');
  await until('the role', async () => (await viewer.api.get('/auth/me')).role === 'member' || null);
  await viewer.page.goto('/');
  await composer(viewer.page).waitFor();
  assert.equal((await viewer.api.ask('POST', '/sessions', {})).status, 201);
  story.saw(`${VIEWER.name} is a member now and may send`);
}

async function removes({ story, owner, admin }) {
  const { page } = owner;
  const before = await owner.api.get('/credits');
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await page.getByRole('button', { name: `Remove ${ADMIN.name}` }).click();
  const dialog = page.getByRole('dialog', { name: `Remove ${ADMIN.name}?` });
  await dialog.getByText('and so do all credits').waitFor();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  admin.expect(/status of 401/);
  assert.equal((await admin.api.ask('GET', '/credits')).status, 401);
  const after = await owner.api.get('/credits');
  assert.deepEqual([after.total, after.position], [before.total, before.position]);
  const { data } = await owner.api.get('/members');
  assert.ok(!data.some(({ name }) => name === ADMIN.name));
  story.saw(`${data.length} members; total ${after.total}, position ${after.position} as before`);
}

async function transfers({ story, owner, member }) {
  const { page } = owner;
  owner.expect(/status of 422 .*\/organization\/transfer/);
  // What was on screen is asked for once more, by somebody who may not see it any longer.
  owner.expect(/status of 403 .*\/billing\//);
  const before = await position(owner);
  await page.getByRole('button', { name: 'Transfer ownership' }).click();
  const dialog = page.getByRole('dialog', { name: `Transfer ${ORGANIZATION}` });
  await dialog.getByRole('combobox', { name: 'New owner' }).selectOption({ label: MEMBER.name });
  const name = dialog.getByRole('textbox', { name: /^Type the organization’s name/ });
  await name.fill('Somebody else');
  await dialog.getByRole('button', { name: 'Transfer ownership' }).click();
  await until('the refusal', async () => (await name.getAttribute('aria-invalid')) === 'true' || null);
  await name.fill(ORGANIZATION);
  await dialog.getByRole('button', { name: 'Transfer ownership' }).click();
  await dialog.waitFor({ state: 'detached' });
  const [old, now] = [await owner.api.get('/auth/me'), await member.api.get('/auth/me')];
  assert.deepEqual([old.role, old.billing_access, now.role], ['admin', false, 'owner']);
  await page.getByRole('region', { name: 'Ownership' }).waitFor({ state: 'detached' });
  assert.equal((await owner.api.ask('GET', '/billing/packs')).status, 403);
  await member.page.goto('/team');
  await member.page.getByRole('region', { name: 'Ownership' }).waitFor();
  assert.equal(await position(member), before, 'no credit moves');
  story.saw(`${now.user.name} is ${now.role}, ${old.user.name} ${old.role}`);
}

async function booksAreRight({ story, server }) {
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

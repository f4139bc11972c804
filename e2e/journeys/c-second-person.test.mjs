/**
 * A second person on the same pool: joins by a link, draws on it, sees no prices, moves the
 * owner's badge live, is told whom to ask at zero, and is out when removed.
 */
import assert from 'node:assert/strict';
import { smallTrial } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import {
  ask, badgeNumber, badgeTells, join, lastRun, MEMBER, modelIsReady, ORGANIZATION, outOfCredits, OWNER,
  setUp, SHORT, usesUp, written,
} from '../support/people.mjs';
import { until } from '../support/until.mjs';

journey('A second person on the same pool', async (story) => {
  const server = await story.server({ catalog: smallTrial('8') });
  const owner = await story.person(server);
  const told = { story, server, owner };
  await story.step('The owner makes an invitation link', () => invites(told));
  await story.step('Another browser joins by it, as a member of the same pool', () => joins(told));
  await story.step('A member sees whom to ask, and no prices', () => seesNoPrices(told));
  await story.step('A member’s answer moves the owner’s badge without a reload', () => movesBadge(told));
  await story.step('The owner sees a private session with its cost', () => staysPrivate(told));
  await story.step('At zero the member is told whom to ask', () => isToldWhom(told));
  await story.step('A removed member is logged out', () => isRemoved(told));
});

async function invites(told) {
  const { story, server, owner } = told;
  const { page } = owner;
  await setUp(owner, server);
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  await page.getByRole('button', { name: 'Make an invitation link' }).click();
  told.link = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  assert.match(told.link, new RegExp(`^${server.url}/join#(token=)?[\\w-]{20,}$`));
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('table', { name: 'Invitations' }).getByRole('row').filter({ hasText: 'Open' }).waitFor();
  await page.getByRole('link', { name: 'Home', exact: true }).click();
  story.saw('the link is shown once; the list says Open');
}

async function joins(told) {
  const { story, server, owner, link } = told;
  const member = await story.person(server, { scheme: 'dark' });
  told.member = member;
  await join(member, link);
  const me = await member.api.get('/auth/me');
  assert.equal(me.role, 'member');
  assert.equal(me.billing_access, false);
  assert.equal(me.organization.name, ORGANIZATION);
  assert.equal(await badgeNumber(member.page), await badgeNumber(owner.page));
  assert.equal((await member.api.get('/credits')).position, (await owner.api.get('/credits')).position);
  assert.equal((await owner.api.get('/credits')).total, '8', 'the pool did not grow');
  const { status } = await member.api.ask('POST', '/auth/invitations/look-up', { token: link.split('#')[1].replace('token=', '') });
  assert.ok(status >= 400, 'the link works once');
  story.saw(`${me.user.name} is a member; both badges say ${await badgeNumber(owner.page)}`);
}

async function seesNoPrices({ story, member }) {
  const { page } = member;
  await page.getByRole('link', { name: 'Billing', exact: true }).click();
  await page.getByTestId('billing-available').waitFor();
  await page.getByText(`${OWNER.name} can change the plan and add credits.`).waitFor();
  await page.getByRole('listitem').filter({ hasText: OWNER.name }).waitFor();
  const text = await page.getByRole('main').innerText();
  assert.doesNotMatch(text, /\$|€|Buy credits|Recent activity/);
  for (const path of ['/billing/packs', '/billing/activity']) {
    const { status, body } = await member.api.ask('GET', path);
    assert.equal(status, 403, path);
    assert.equal(body.code, 'billing_access_required');
  }
  for (const path of ['/operator/v1/settings', '/operator/v1/model-provider']) {
    assert.equal((await member.api.ask('GET', path)).status, 403, path);
  }
  await page.getByRole('link', { name: 'Usage', exact: true }).first().click();
  await page.getByTestId('usage-available').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Models', exact: true }).count(), 0);
  story.saw(`Billing names ${OWNER.name} and shows no price; prices and operator routes answer 403`);
}

async function movesBadge(told) {
  const { story, owner, member } = told;
  await modelIsReady(member);
  const before = await owner.api.get('/credits');
  await owner.page.evaluate(() => (globalThis.neverReloaded = true));
  await noteChip(owner.page);
  await member.page.getByRole('link', { name: 'Home', exact: true }).click();
  await ask(member.page, SHORT);
  await until('the owner’s screen to have told of work', () => owner.page.evaluate(() => globalThis.chipSeen));
  const run = await lastRun(member);
  const after = await member.api.get('/credits');
  told.run = run;
  for (const { page } of [owner, member]) await badgeTells(page, after);
  assert.equal(await owner.page.evaluate(() => globalThis.neverReloaded), true);
  assert.ok(after.position > before.position);
  story.saw(`${run.credits} credits by ${run.started_by}; both badges went from ${before.display.available} to ${after.display.available} at position ${after.position}`);
}

// The chip may be there for less than a look.
async function noteChip(page) {
  await page.evaluate(() => {
    globalThis.chipSeen = false;
    new MutationObserver(() => {
      globalThis.chipSeen ||= document.querySelector('[data-testid="running-chip"]') !== null;
    }).observe(document.body, { subtree: true, childList: true });
  });
}

async function staysPrivate({ story, owner, run }) {
  const { page } = owner;
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: 'Private session' });
  await row.filter({ hasText: MEMBER.name }).filter({ hasText: written(run.credits) }).waitFor();
  assert.doesNotMatch(await page.getByRole('main').innerText(), /Say hello/);
  const seen = await owner.api.get(`/runs/${run.id}`);
  assert.equal(seen.title, 'Private session');
  assert.equal(seen.session_id, null);
  assert.equal((await owner.api.ask('GET', `/sessions/${run.session_id}`)).status, 404);
  assert.equal((await owner.api.ask('GET', `/sessions/${run.session_id}/messages`)).status, 404);
  const usage = await owner.api.get('/usage/summary');
  assert.equal(usage.members.find(({ name }) => name === MEMBER.name).credits, run.credits);
  story.saw(`the owner reads “Private session”, ${MEMBER.name}, ${run.credits}; the session itself answers 404`);
}

async function isToldWhom({ story, member }) {
  const { page } = member;
  const count = await usesUp(member);
  await outOfCredits(page).waitFor();
  const text = await outOfCredits(page).innerText();
  assert.match(text, new RegExp(`${OWNER.name} can add credits`));
  await outOfCredits(page).getByRole('button', { name: 'Ask them' }).waitFor();
  assert.equal(await outOfCredits(page).getByRole('link', { name: 'Buy credits' }).count(), 0, 'no dead link');
  story.saw(`after ${count} more answers: “${text.replaceAll('\n', ' ').trim()}”`);
}

async function isRemoved({ story, owner, member }) {
  const { page } = owner;
  // Their open page looks again at once.
  member.expect(/status of 401/);
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await page.getByRole('button', { name: `Remove ${MEMBER.name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await until('the row to be gone', async () => (await page.getByRole('row').filter({ hasText: MEMBER.email }).count()) === 0);
  assert.equal((await member.api.ask('GET', '/credits')).status, 401);
  const usage = member.page.getByRole('link', { name: 'Usage', exact: true }).first();
  const logIn = member.page.getByRole('heading', { level: 1, name: 'Log in' });
  // The page may notice by itself, before or while the person looks.
  await until('the member to be asked to log in', async () => {
    if ((await logIn.count()) > 0) return true;
    await usage.click({ timeout: 2_000 }).catch(() => {});
    return null;
  });
  const runs = await owner.api.get('/runs?limit=1');
  assert.equal(runs.data[0].started_by, MEMBER.name, 'runs and receipts stay');
  story.saw('the member’s next look leads to the log-in page; their runs stay');
}

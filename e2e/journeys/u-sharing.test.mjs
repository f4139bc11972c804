/**
 * A session and who may open it: private at first, then read live by a second person in their own
 * browser, then written in by them, then taken away under their eyes. None of the sharing moves a
 * credit. Read next: t-team.test.mjs.
 */
import assert from 'node:assert/strict';
import { Agent } from '../support/agent.mjs';
import { quiet } from '../support/catalogs.mjs';
import { journey } from '../support/journey.mjs';
import { look } from '../support/looks.mjs';
import {
  answered, atRest, composer, invites, join, MEMBER, OWNER, send, sessionOf, setUp, stopButton,
} from '../support/people.mjs';
import { becomes, until } from '../support/until.mjs';

const ASKED = 'Where is the treasure?';
const TOLD = 'Under the old lighthouse.';
const ADDED = 'And how deep?';
const DEPTH = 'Two metres deep.';

journey('Sharing a session: read it live, write in it, lose it', async (story) => {
  const agent = await Agent.start();
  story.finally(() => agent.stop());
  const server = await story.server({ catalog: quiet, env: agent.env });
  const owner = await story.person(server);
  const told = { story, server, agent, owner, page: owner.page, screens: 0, rules: 0, faults: [] };
  story.finally(() => told.faults.forEach((fault) => story.saw(fault)));
  await story.step('A session is its author’s: everybody else sees credits only', () => isPrivate(told));
  await story.step('Shared to read, a second person follows an answer live', () => readsLive(told));
  await story.step('Shared to write, they write, and one answer is written at a time', () => writes(told));
  await story.step('Who reads and who shares: the screens', () => looks(told));
  await story.step('Taken away, it is gone from their screen at once', () => loses(told));
  await story.step('No screen had a fault, and the books are right', () => isOver(told));
  story.saw(`${told.screens} screens, ${told.rules} passed rules of axe, no violation`);
});

const sharing = (page) => page.getByTestId('session-sharing');
const dialogOf = (page) => page.getByRole('dialog', { name: 'Share this session' });

async function opensSharing(page) {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole('list', { name: 'People with access' }).waitFor();
  return dialog;
}

async function saves(dialog) {
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

async function isPrivate(told) {
  const { story, server, agent, owner, page } = told;
  await setUp(owner, server);
  const link = await invites(page);
  told.member = await story.person(server);
  await join(told.member, link);
  await page.goto('/');
  await send(page, ASKED);
  await agent.says('I look at the map.');
  await answered(page, 1);
  told.session = sessionOf(page);
  await becomes('private', () => sharing(page).innerText(), 'Only you can see this');
  const { api } = told.member;
  assert.equal((await api.ask('GET', `/sessions/${told.session}`)).status, 404);
  const [run] = (await api.get('/runs')).data;
  assert.deepEqual([run.title, run.session_id], ['Private session', null]);
  story.saw(`${MEMBER.name} sees “${run.title}”, ${run.credits} credits; the session answers 404`);
}

async function readsLive(told) {
  const { story, agent, owner, page, member } = told;
  const before = (await atRest(owner)).position;
  const dialog = await opensSharing(page);
  await dialog.getByRole('combobox', { name: 'Add somebody' }).selectOption({ label: MEMBER.name });
  const access = dialog.getByRole('combobox', { name: `What ${MEMBER.name} can do` });
  assert.equal(await access.inputValue(), 'view', 'to read, unless more is chosen');
  await saves(dialog);
  await becomes('shared', () => sharing(page).innerText(), 'Shared with 1');
  assert.equal((await owner.api.get('/credits')).position, before, 'sharing moves no credit');
  const reader = member.page;
  await reader.getByRole('link', { name: /^Notifications/ }).first().click();
  const notices = reader.getByRole('list', { name: 'Notifications' }).getByRole('listitem');
  const notice = notices.filter({ hasText: `${OWNER.name} shared a session with you.` });
  await notice.getByText('Open the session').click();
  await reader.getByText(ASKED).first().waitFor();
  assert.equal(sessionOf(reader), told.session);
  const line = await reader.getByTestId('reading').innerText();
  assert.equal(line, `You can read this session. Ask ${OWNER.name} for edit access to write.`);
  assert.equal(await composer(reader).count(), 0);
  await send(page, 'Look closer.');
  await agent.asked();
  await reader.getByTestId('working').waitFor();
  assert.equal(await stopButton(reader).count(), 0);
  await agent.says(TOLD);
  await reader.getByText(TOLD).waitFor();
  await answered(page, 2);
  story.saw(`“${line}”; the answer grew before a reader’s eyes: “${TOLD}”`);
}

async function writes(told) {
  const { story, agent, owner, page, member } = told;
  const dialog = await opensSharing(page);
  const access = dialog.getByRole('combobox', { name: `What ${MEMBER.name} can do` });
  await access.selectOption({ label: 'Can write' });
  await saves(dialog);
  const writer = member.page;
  await composer(writer).waitFor();
  await send(writer, ADDED);
  await agent.asked();
  // The author sees who asked, and that one answer is written now.
  await page.getByRole('article', { name: MEMBER.name }).getByText(ADDED).waitFor();
  await stopButton(page).waitFor();
  const path = `/sessions/${told.session}/messages`;
  const second = await owner.api.ask('POST', path, { text: 'Me too.' });
  assert.equal(second.status, 409);
  await agent.says(DEPTH);
  for (const each of [page, writer]) await answered(each, 3);
  await atRest(owner);
  const [run] = (await owner.api.get('/runs')).data;
  assert.deepEqual([run.started_by, run.title], [MEMBER.name, ADDED]);
  assert.notEqual(run.credits, '0');
  story.saw(`${run.started_by} asked “${run.title}”, ${run.credits} credits of the one pool`);
}

async function looks(told) {
  const { page, member } = told;
  await look(told, 'sharing-author', { page });
  const dialog = await opensSharing(page);
  await look(told, 'sharing-dialog', { page, whole: false });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  const { api } = told.owner;
  const { data } = await api.get(`/sessions/${told.session}/shares`);
  const list = data.map(({ user }) => ({ user_id: user.id, access: 'view' }));
  assert.equal((await api.ask('PUT', `/sessions/${told.session}/shares`, { data: list })).status, 200);
  await member.page.getByTestId('reading').waitFor();
  await look(told, 'sharing-reader', { page: member.page });
  await member.page.goto('/sessions');
  await member.page.getByRole('cell', { name: OWNER.name }).first().waitFor();
  await look(told, 'sharing-list', { page: member.page });
  await member.page.goto(`/sessions/${told.session}`);
  await member.page.getByText(TOLD).waitFor();
}

async function loses(told) {
  const { story, owner, page, member } = told;
  // What is on their screen is asked for once more, and is not there.
  member.expect(/status of 404 .*\/sessions\//);
  const before = (await owner.api.get('/credits')).position;
  const dialog = await opensSharing(page);
  await dialog.getByRole('button', { name: `Remove ${MEMBER.name}` }).click();
  await saves(dialog);
  await becomes('private again', () => sharing(page).innerText(), 'Only you can see this');
  const gone = member.page.getByText(/^This session is not here any more/);
  await gone.waitFor();
  assert.equal(await member.page.getByText(TOLD).count(), 0);
  await until('what they started to be private too', async () => {
    const { data } = await member.api.get('/runs');
    return data.every(({ title }) => title === 'Private session') || null;
  });
  assert.deepEqual((await member.api.get('/sessions')).data, []);
  assert.equal((await owner.api.get('/credits')).position, before, 'sharing moves no credit');
  story.saw(`“${await gone.innerText()}”; position ${before} as before`);
}

async function isOver({ story, server, faults }) {
  const { code, said } = await server.command(['verify']);
  assert.equal(code, 0, said);
  assert.deepEqual(faults, []);
  story.saw(`ampere verify: ${said.trim().split('\n').at(-1)}`);
}

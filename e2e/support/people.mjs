/**
 * What people do on the screens, by the names they read there: set up, log in, ask, buy, invite.
 * Never uses the API for an act. Read next: journey.mjs.
 */
import assert from 'node:assert/strict';
import { becomes, until } from './until.mjs';

/** A model that computes on busy cores may take its time: longer than the server waits for it. */
export const ANSWER_MS = 400_000;

export const OWNER = { name: 'Olivia Owner', email: 'olivia@example.test', password: 'a long pass phrase 1' };
export const MEMBER = { name: 'Max Member', email: 'max@example.test', password: 'another pass phrase 2' };
export const ORGANIZATION = 'Example & Sons';

const textbox = (page, name) => page.getByRole('textbox', { name, exact: true });
const button = (page, name) => page.getByRole('button', { name, exact: true });

async function account(page, { name, email, password }) {
  await textbox(page, 'Your name').fill(name);
  await textbox(page, 'Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
}

/** From the first-run link to Home. */
export async function setUp(person, server) {
  const { page } = person;
  await page.goto(server.firstRunLink);
  await account(page, OWNER);
  await textbox(page, 'Organization name').fill(ORGANIZATION);
  await button(page, 'Create account and start').click();
  await composer(page).waitFor();
  await badge(page).waitFor();
}

/** With a new account; a viewer finds no composer at Home. */
export async function join(person, link, who = MEMBER) {
  const { page } = person;
  await page.goto(link);
  await button(page, 'Create account and join').waitFor();
  await account(page, who);
  await button(page, 'Create account and join').click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  await badge(page).waitFor();
}

/** From anywhere to an invitation's link, on Team; `as` is Member, Admin or Viewer. */
export async function invites(page, as = 'Member') {
  await page.getByRole('link', { name: 'Team', exact: true }).click();
  await button(page, 'Invite somebody').click();
  await page.getByRole('combobox', { name: 'They join as' }).selectOption({ label: as });
  await button(page, 'Make an invitation link').click();
  const link = await textbox(page, 'Invitation link').inputValue();
  await button(page, 'Done').click();
  return link;
}

export async function logIn(person, { email, password }) {
  const { page } = person;
  await page.goto('/login');
  await textbox(page, 'Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Log in').click();
  await composer(page).waitFor();
}

/** The model starts beside the server: people may come first. */
export async function modelIsReady(person) {
  await until('the local model to be ready', async () => {
    const { data } = await person.api.get('/models');
    return data.some(({ ready }) => ready);
  }, ANSWER_MS);
}

export const composer = (page) => page.getByRole('textbox', { name: 'Message to Joule' });
export const sendButton = (page) => button(page, 'Send');
export const stopButton = (page) => button(page, 'Stop this answer');
export const badge = (page) => page.getByTestId('credit-badge');
export const answers = (page) => page.getByRole('article', { name: 'Joule' });
export const lastAnswer = (page) => answers(page).last();
export const answerText = (page) => lastAnswer(page).getByTestId('answer-text');
export const outOfCredits = (page) => page.getByTestId('out-of-credits');

/** Writes a message and sends it, as soon as no answer is being written any more. */
export async function send(page, text) {
  await composer(page).fill(text);
  await sendButton(page).click({ timeout: ANSWER_MS });
}

/** Waits until answer number `count` stands there finished; gives its text. */
export async function answered(page, count) {
  const answer = answers(page).nth(count - 1);
  await answer.getByTestId('answer-credits').waitFor({ timeout: ANSWER_MS });
  return textOf(answer);
}

/** An answer's text as it is read, once what renders it is loaded. */
export async function textOf(answer) {
  const text = answer.getByTestId('answer-text');
  return until('the text of an answer', async () => (await text.innerText()).trim() || null);
}

/** Letters alone: what Markdown makes of blanks, marks and numbers of lists does not count. */
export const letters = (text) => text.replace(/[^\p{L}]+/gu, '');

/** One question and its whole answer, in the session that is open or begins. */
export async function ask(page, text) {
  const before = await shownAnswers(page);
  await send(page, text);
  return answered(page, before + 1);
}

/**
 * Notes what the newest answer has been, from now on and over changes of route: its lengths, and
 * whether it was said to be busy.
 */
export async function noteGrowth(page) {
  await page.evaluate(() => {
    const lengths = [];
    const busy = [];
    globalThis.answerSeen = { lengths, busy };
    new MutationObserver(() => {
      const texts = document.querySelectorAll('[data-testid="answer-text"]');
      const newest = texts[texts.length - 1];
      const length = newest?.textContent.length ?? 0;
      if (length > 0 && length !== lengths.at(-1)) lengths.push(length);
      if (newest && newest.ariaBusy !== busy.at(-1)) busy.push(newest.ariaBusy);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ['aria-busy'] });
  });
}

export const growth = (page) => page.evaluate(() => globalThis.answerSeen);

export const SHORT = 'Say hello in one short sentence.';

export const MEDIUM = 'Write four sentences about the sea.';

/** A question whose answer is long enough to be in the middle of it. */
export const LONG = 'Write a long story about a lighthouse keeper and a storm, with many details.';

/**
 * Has an answer growing that is at least `least` characters long and not done. A model may end
 * early: then it is asked anew.
 */
export async function inMidAnswer(page, least = 120, question = LONG) {
  for (let tries = 0; tries < 6; tries += 1) {
    const before = await shownAnswers(page);
    await send(page, question);
    const answer = answers(page).nth(before);
    await answer.waitFor({ timeout: ANSWER_MS });
    const text = answer.getByTestId('answer-text');
    const done = answer.getByTestId('answer-credits');
    await until(`${least} characters`, async () => {
      const length = (await text.innerText()).length;
      return length >= least || (await done.count()) > 0;
    }, ANSWER_MS);
    if ((await done.count()) === 0) return answer;
  }
  return assert.fail('the model never wrote a long answer');
}

/**
 * Stops `answer` if it is still being written, and waits until it has ended. A model may end at
 * any moment, so the end may come first.
 */
export async function stopIfWorking(page, answer, press = pressStop) {
  const done = answer.getByTestId('answer-credits');
  await until('the answer to end', async () => {
    if ((await done.count()) > 0) return true;
    await press(page);
    return null;
  }, ANSWER_MS);
}

// Not there any more, or pressed already: whoever waits looks again.
const pressStop = (page) => stopButton(page).click({ timeout: 2_000 }).catch(() => {});

export const pressEscape = (page) => page.keyboard.press('Escape');

/**
 * Has an answer stopped in its middle with `press`; gives its run. One that was done before Stop
 * was heard is asked for anew.
 */
export async function stoppedInMidAnswer(person, { least = 60, press = pressStop } = {}) {
  for (let tries = 0; tries < 5; tries += 1) {
    const answer = await inMidAnswer(person.page, least);
    await stopIfWorking(person.page, answer, press);
    const run = await lastRun(person);
    if (run.reason === 'stopped') return { answer, run };
  }
  return assert.fail('no answer was ever stopped in its middle');
}

/**
 * Asks real questions until nothing can start any more; gives the number of answers. `after`
 * hears of each.
 */
export async function usesUp(person, asked = MEDIUM, after = () => {}) {
  const { page, api } = person;
  person.expect(/status of 402 .*\/messages/);
  let question = asked;
  for (let count = 0; count < 100; ) {
    const before = await atRest(person);
    if (before.state === 'paused') return count;
    await until('the page to know the balance', async () =>
      Number(await badge(page).getAttribute('data-position')) >= before.position);
    const given = await shownAnswers(page);
    await send(page, question);
    if ((await until('an answer or a refusal', () => taken(person, given))) === 'sent') {
      await answered(page, given + 1);
      count += 1;
      question = asked;
      await after(count, before, await api.get('/credits'));
    } else {
      // A long session needs a larger hold than a new one: there may be enough for that, and for
      // the shortest question there always is, or the pool says that it is paused.
      await page.getByRole('link', { name: 'Home', exact: true }).click();
      question = '?';
    }
  }
  return assert.fail('the pool never ran dry');
}

/** How many answers the open session has; none before it begins. */
async function shownAnswers(page) {
  if (!page.url().includes('/sessions/')) return 0;
  // As long as something loads, the answers may still be to come.
  await page.getByRole('main').locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  return answers(page).count();
}

async function taken({ page, api }, given) {
  const seen = (await outOfCredits(page).count()) > 0;
  const refused = seen && (await api.get('/credits')).held === '0';
  // Looked at last: an answer that came and went meanwhile was no refusal.
  if ((await shownAnswers(page)) > given) return 'sent';
  return refused ? 'refused' : null;
}

/** The balance when nothing is at work. */
export async function atRest(person) {
  return until('all work to have ended', async () => {
    const balance = await person.api.get('/credits');
    return balance.held === '0' ? balance : null;
  }, ANSWER_MS);
}

export const sessionOf = (page) => /\/sessions\/([^/?#]+)/.exec(page.url())?.[1] ?? null;

/** The newest run, when it has ended. */
export async function lastRun(person) {
  return until('the newest run to end', async () => {
    const { data } = await person.api.get('/runs?limit=1');
    return data[0]?.ended_at ? data[0] : null;
  }, ANSWER_MS);
}

/** From Billing to the payment page: `pack` by its credits as they are written there. */
export async function chooses(page, pack) {
  const dialog = page.getByRole('dialog', { name: 'Buy credits' });
  await dialog.getByRole('radio', { name: pack }).check();
  await dialog.getByRole('button', { name: /^Continue to pay/ }).click();
  await page.getByRole('heading', { name: 'Sandbox checkout' }).waitFor();
}

export async function paysWith(page, card) {
  await page.getByRole('radio', { name: card }).check();
  await page.getByRole('button', { name: /^Pay / }).click();
}

/** Waits until the badge tells of `balance`, by its position, and has its number. */
export async function badgeTells(page, balance) {
  const position = () => badge(page).getAttribute('data-position');
  await becomes('the badge at the newest position', position, String(balance.position));
  assert.equal(await badgeNumber(page), written(balance.display.available));
}

/** The number on the badge, as it is written there. */
export async function badgeNumber(page) {
  const text = await badge(page).innerText();
  return /[\d,]+/.exec(text)?.[0] ?? text;
}

/** What the page must write for a decimal of the API. */
export function written(amount) {
  const [whole, rest] = amount.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return rest === undefined ? grouped : `${grouped}.${rest}`;
}

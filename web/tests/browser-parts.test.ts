import { expect, test } from 'vitest';
import type { BrowserPage, ReceiptLine } from '../src/api/gen';
import { type Input, InputQueue, textsOf } from '../src/features/browser/input-queue';
import { stepFrom } from '../src/features/browser/Recording';
import {
  actsOf,
  addressOf,
  clockText,
  mayNow,
  modeOf,
  onPage,
  spanText,
} from '../src/features/browser/session';
import { rateText } from '../src/features/runs/receipt-text';
import { browserRun, browserSession } from './samples';

const me = 'usr_1';
const ben = { id: 'usr_2', name: 'Ben Carter' };
const page: BrowserPage = { url: 'https://example.com/', title: '', notes: [] };
const typed = (text: string): Input => ({ kind: 'text', text });

// What waits for the answer has its turn.
async function settle(act: () => void): Promise<void> {
  act();
  await new Promise((done) => setTimeout(done, 0));
}

/** A queue whose requests are answered by hand. */
function byHand() {
  const sent: Input[][] = [];
  const answers: { resolve: (page: BrowserPage) => void; reject: (error: unknown) => void }[] = [];
  const told: string[] = [];
  const queue = new InputQueue({
    send: (events) => {
      sent.push(events);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
    arrived: ({ title }) => told.push(title),
    failed: (error) => told.push(`failed: ${String(error)}`),
  });
  return {
    queue,
    sent,
    told,
    answer: (title = '') => settle(() => answers.shift()?.resolve({ ...page, title })),
    refuse: () => settle(() => answers.shift()?.reject('gone')),
  };
}

test('what is done goes in order, one request at a time, what waits goes together', async () => {
  const { queue, sent, told, answer } = byHand();
  queue.push({ kind: 'click', x: 1, y: 2 });
  for (const letter of 'Hello') queue.push(typed(letter));
  queue.push({ kind: 'key', key: 'Enter' });
  queue.push(typed('!'));
  expect(sent).toEqual([[{ kind: 'click', x: 1, y: 2 }]]);
  await answer('First');
  expect(sent[1]).toEqual([typed('Hello'), { kind: 'key', key: 'Enter' }, typed('!')]);
  await answer('Second');
  expect(sent).toHaveLength(2);
  expect(told).toEqual(['First', 'Second']);
});

test('a request holds at most twenty events, a text at most two thousand characters', async () => {
  const { queue, sent, answer } = byHand();
  for (let n = 0; n < 45; n += 1) queue.push({ kind: 'key', key: 'Tab' });
  await answer();
  await answer();
  await answer();
  expect(sent.map(({ length }) => length)).toEqual([1, 20, 20, 4]);
  const pieces = textsOf('x'.repeat(4_100));
  expect(pieces.map((one) => (one.kind === 'text' ? one.text.length : 0))).toEqual([2_000, 2_000, 100]);
  expect(textsOf('')).toEqual([]);
});

test('turns of the wheel at one place become one', async () => {
  const { queue, sent, answer } = byHand();
  queue.push({ kind: 'back' });
  queue.push({ kind: 'scroll', x: 5, y: 5, dx: 0, dy: 40 });
  queue.push({ kind: 'scroll', x: 5, y: 5, dx: 3, dy: 60 });
  queue.push({ kind: 'scroll', x: 9, y: 5, dx: 0, dy: -10 });
  await answer();
  expect(sent[1]).toEqual([
    { kind: 'scroll', x: 5, y: 5, dx: 3, dy: 100 },
    { kind: 'scroll', x: 9, y: 5, dx: 0, dy: -10 },
  ]);
});

test('after a failure the rest is given up; later acts go on', async () => {
  const { queue, sent, told, answer, refuse } = byHand();
  queue.push({ kind: 'back' });
  queue.push(typed('into the wrong page'));
  await refuse();
  expect(told).toEqual(['failed: gone']);
  expect(sent).toHaveLength(1);
  queue.push(typed('again'));
  await answer('There');
  expect(sent[1]).toEqual([typed('again')]);
  queue.push(typed('last'));
  queue.close();
  await answer('Too late');
  queue.push(typed('never'));
  expect(sent).toHaveLength(3);
  expect(told.at(-1)).toBe('There');
});

test('a place on the picture is a place on the page, however large it is shown', () => {
  const box = { left: 10, top: 20, width: 512, height: 320 };
  expect(onPage(box, { clientX: 266, clientY: 180 })).toEqual({ x: 512, y: 320 });
  expect(onPage(box, { clientX: 10, clientY: 20 })).toEqual({ x: 0, y: 0 });
  expect(onPage(box, { clientX: 522, clientY: 340 })).toEqual({ x: 1023, y: 639 });
  expect(onPage(box, { clientX: -5, clientY: 900 })).toEqual({ x: 0, y: 639 });
});

test('an address is taken as people type it', () => {
  expect(addressOf(' example.com/a?b=c ')).toBe('https://example.com/a?b=c');
  expect(addressOf('http://127.0.0.1:8080/')).toBe('http://127.0.0.1:8080/');
  const wrong = ['', 'two words', 'file:///etc/passwd', 'javascript://x', 'https://'];
  expect(wrong.map(addressOf)).toEqual(wrong.map(() => null));
});

test('times are written short', () => {
  expect([0, 65, 725, 3_725].map(clockText)).toEqual(['0:00', '1:05', '12:05', '1:02:05']);
  expect([60, 180, 45, 1].map(spanText)).toEqual(['1 minute', '3 minutes', '45 seconds', '1 second']);
});

test('who drives decides what may be done', () => {
  const may = (change: Parameters<typeof browserSession>[0]) => {
    const session = browserSession(change);
    const can = Object.entries(mayNow(session, me)).filter(([, yes]) => yes);
    return [modeOf(session, me), ...can.map(([act]) => act)].join(' ');
  };
  const mine = { id: me, name: 'Mia Novak' };
  expect(may({ state: 'starting' })).toBe('starting');
  expect(may({})).toBe('agent take pause');
  expect(may({ task: null })).toBe('nobody take pause');
  expect(may({ state: 'controlled', controlled_by: mine })).toBe('mine release pause');
  expect(may({ state: 'controlled', controlled_by: ben })).toBe('theirs');
  expect(may({ state: 'paused' })).toBe('paused goOn');
  expect(may({ state: 'paused', controlled_by: ben })).toBe('paused');
  expect(may({ state: 'finished' })).toBe('finished');
  expect(may({ may_control: false })).toBe('agent');
});

test('the log holds what was done, not what was thought or counted', () => {
  expect(actsOf(browserRun()).map(({ name }) => name)).toEqual(['Clicked “Prices”']);
});

test('the arrow keys walk through the pictures and stop at both ends', () => {
  expect(stepFrom('ArrowRight', 0, 3)).toBe(1);
  expect(stepFrom('ArrowLeft', 0, 3)).toBeNull();
  expect(stepFrom('End', 0, 3)).toBe(2);
  expect(stepFrom('Home', 2, 3)).toBe(0);
  expect(stepFrom('ArrowRight', 2, 3)).toBeNull();
  expect(stepFrom('x', 1, 3)).toBeNull();
});

test('time has a rate per minute, tokens one per thousand', () => {
  const rates = { credits_per_thousand: '50', credits_per_minute: '3' } as ReceiptLine;
  expect(rateText(rates)).toBe('3 credits per minute');
  expect(rateText({ ...rates, credits_per_minute: null })).toBe('50 per 1,000');
});

import { expect, test } from 'vitest';
import {
  emptyStream,
  reduceStream,
  rememberedStream,
  rememberStream,
  type StreamEvent,
  type StreamState,
} from '../src/features/sessions/stream';
import { run } from './samples';

const play = (events: StreamEvent[], from: StreamState = emptyStream) =>
  events.reduce(reduceStream, from);

const delta = (id: number, text: string): StreamEvent => ({ id, type: 'delta', data: { text } });

test('pieces are put together in order', () => {
  const stream = play([
    { id: 0, type: 'state', data: { state: 'queued', ahead: 2, held: '60' } },
    { id: 0, type: 'state', data: { state: 'running', held: '60' } },
    delta(3, 'The'),
    delta(7, ' end'),
  ]);
  expect(stream.text).toBe('The end');
  expect(stream.state).toBe('running');
  expect(stream.ahead).toBeNull();
  expect(stream.held).toBe('60');
});

test('a reconnect that sends seen pieces again writes no word twice', () => {
  const first = play([delta(3, 'The'), delta(7, ' end')]);
  const again = play([delta(3, 'The'), delta(7, ' end'), delta(8, '.')], first);
  expect(again.text).toBe('The end.');
});

test('after a reload the answer goes on where this tab was', () => {
  rememberStream('run_1', play([delta(3, 'The'), delta(7, ' end')]), sessionStorage);
  const kept = rememberedStream('run_1', sessionStorage);
  expect(kept.lastId).toBe(7);
  expect(play([delta(8, '.')], kept).text).toBe('The end.');
  expect(rememberedStream('run_2', sessionStorage)).toEqual(emptyStream);
});

test('what was kept goes away with the end, and nonsense in the store is ignored', () => {
  const ended = play([
    delta(3, 'The'),
    { id: 3, type: 'finished', data: { run: run({ state: 'succeeded', credits: '14' }) } },
  ]);
  expect(ended.finished?.credits).toBe('14');
  expect(ended.held).toBe('0');
  rememberStream('run_1', play([delta(3, 'The')]), sessionStorage);
  rememberStream('run_1', ended, sessionStorage);
  expect(sessionStorage).toHaveLength(0);
  sessionStorage.setItem('ampere.answer.run_1', '{"lastId":"7"');
  expect(rememberedStream('run_1', sessionStorage)).toEqual(emptyStream);
});

test('a state at the same place in the answer is taken: it says how things stand now', () => {
  const stream = play([
    delta(7, 'The end'),
    { id: 7, type: 'state', data: { state: 'paused_no_credits', reason: null, held: '0' } },
  ]);
  expect(stream.state).toBe('paused_no_credits');
  expect(stream.lastId).toBe(7);
});

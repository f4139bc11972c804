import { expect, test } from 'vitest';
import { BalanceStore } from '../src/credits/balance-store';
import { withRun } from '../src/credits/live';
import { balance, poolOf, run } from './samples';

test('a balance at a lower position never replaces the shown one', () => {
  const store = new BalanceStore();
  expect(store.offer(poolOf('900', { position: 12 }), 1)).toBe(true);
  expect(store.offer(poolOf('950', { position: 11 }), 2)).toBe(false);
  expect(store.get().balance?.available).toBe('900');
  expect(store.get().seenAt).toBe(1);
  expect(store.offer(poolOf('890', { position: 13 }), 3)).toBe(true);
  expect(store.get().balance?.available).toBe('890');
});

test('at the same position the later reading wins, because credits expire by the clock', () => {
  const store = new BalanceStore();
  store.offer(balance({ at: '2026-11-22T09:42:00Z' }), 1);
  expect(store.offer(poolOf('10', { at: '2026-11-22T09:41:59Z' }), 2)).toBe(false);
  expect(store.offer(poolOf('0', { at: '2026-12-14T00:00:00Z' }), 3)).toBe(true);
  expect(store.get().balance?.available).toBe('0');
});

test('listeners hear of every change and nothing after they left', () => {
  const store = new BalanceStore();
  let heard = 0;
  const leave = store.subscribe(() => {
    heard += 1;
  });
  store.offer(balance({ position: 1 }), 1);
  store.offer(balance({ position: 0 }), 2);
  store.connection('live');
  store.connection('live');
  leave();
  store.offer(balance({ position: 2 }), 3);
  expect(heard).toBe(2);
});

test('a new log-in shows nothing of the last one', () => {
  const store = new BalanceStore();
  store.offer(balance({ position: 500 }), 1);
  store.clear();
  expect(store.get().balance).toBeNull();
  expect(store.offer(balance({ position: 1 }), 2)).toBe(true);
});

test('a run that has ended is never shown at work again', () => {
  const ended = withRun(undefined, run({ state: 'succeeded', credits: '14' }));
  const after = withRun(ended, run({ state: 'running' }));
  expect(after.data).toHaveLength(1);
  expect(after.data[0]?.state).toBe('succeeded');
  expect(withRun(after, run({ id: 'run_2' })).data.map(({ id }) => id)).toEqual(['run_2', 'run_1']);
});

import { expect, test } from 'vitest';
import { badgeLook } from '../src/credits/badge';
import type { Shown } from '../src/credits/balance-store';
import { makeDates } from '../src/ui/dates';
import { balance, poolOf } from './samples';

const { time } = makeDates('Europe/Berlin');
const seenAt = Date.parse('2026-11-22T09:42:00Z');

function look(change: Partial<Shown>) {
  return badgeLook(
    { balance: balance(), connection: 'live', seenAt, failed: false, ...change },
    time,
  );
}

test('normal: the credits the server displays, not the exact amount', () => {
  expect(look({})).toEqual({ state: 'normal', text: '982 credits' });
});

test('low, purchased only and paused say so in words', () => {
  expect(look({ balance: poolOf('820', { state: 'low' }) }).text).toBe('820 credits, low');
  expect(look({ balance: poolOf('0', { state: 'paused' }) }).text).toBe('0 credits, paused');
  expect(look({ balance: poolOf('3400', { state: 'purchased_only' }) })).toEqual({
    state: 'purchased_only',
    text: '3,400 credits, purchased',
  });
});

test('locked and recharging say so in words', () => {
  expect(look({ balance: poolOf('0', { state: 'locked', locked: '3400' }) })).toEqual({
    state: 'locked',
    text: '0 credits, locked',
  });
  expect(look({ balance: poolOf('820', { state: 'recharging' }) })).toEqual({
    state: 'recharging',
    text: '820 credits, adding more',
  });
});

test('loading is no number, and unknown is a dash', () => {
  expect(look({ balance: null }).state).toBe('loading');
  expect(look({ balance: null, failed: true })).toEqual({ state: 'unknown', text: '— credits' });
});

test('while the stream is down the badge says from when its number is, in the organization’s zone', () => {
  expect(look({ connection: 'lost' })).toEqual({ state: 'stale', text: '982 credits · 10:42' });
  expect(look({ connection: 'connecting' }).state).toBe('normal');
});

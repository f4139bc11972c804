import { expect, test } from 'vitest';
import type { Receipt } from '../src/api/gen';
import { anyOf, pausedTitle } from '../src/credits/words';
import { receiptHead } from '../src/features/runs/receipt-text';
import { browserName } from '../src/features/settings/browser-name';
import { daysWithGaps } from '../src/features/usage/days';
import { durationText, makeDates } from '../src/ui/dates';

const receipt = (used: string, held: string, back: string) =>
  ({ used, held, given_back: back }) as Receipt;

test('the head of a receipt says what was used and given back, or that nothing was charged', () => {
  expect(receiptHead(receipt('14', '60', '46'))).toBe('14 credits used · 46 given back');
  expect(receiptHead(receipt('0', '60', '60'))).toBe(
    'Nothing charged. The hold of 60 credits was given back.',
  );
  expect(receiptHead(receipt('0', '0', '0'))).toBe('Nothing was held and nothing charged.');
});

test('dates are written in the organization’s zone', () => {
  const berlin = makeDates('Europe/Berlin');
  const auckland = makeDates('Pacific/Auckland');
  const at = '2026-11-22T23:30:00Z';
  expect(berlin.moment(at)).toBe('23 Nov, 00:30');
  expect(auckland.day(at)).toBe('23 Nov 2026');
  expect(berlin.weekday('2026-11-22')).toBe('Sun 22 Nov');
});

test('durations are written in at most two units', () => {
  const from = '2026-11-22T10:00:00Z';
  expect(durationText(from, '2026-11-22T10:00:00.300Z')).toBe('under 1 s');
  expect(durationText(from, '2026-11-22T10:00:42Z')).toBe('42 s');
  expect(durationText(from, '2026-11-22T10:02:05Z')).toBe('2 min 5 s');
  expect(durationText(from, '2026-11-22T11:30:00Z')).toBe('1 h 30 min');
});

test('days without use are days of zero credits, newest first', () => {
  const days = daysWithGaps([
    { day: '2026-11-22', credits: '2' },
    { day: '2026-11-19', credits: '1.5' },
  ]);
  expect(days).toEqual([
    { day: '2026-11-22', credits: '2' },
    { day: '2026-11-21', credits: '0' },
    { day: '2026-11-20', credits: '0' },
    { day: '2026-11-19', credits: '1.5' },
  ]);
  expect(daysWithGaps([])).toEqual([]);
});

test('names are listed as one would say them', () => {
  expect(anyOf(['Ana'])).toBe('Ana');
  expect(anyOf(['Ana', 'Ben'])).toBe('Ana or Ben');
});

test('paused with a small rest does not claim that nothing is left', () => {
  expect(pausedTitle('0')).toContain('no credits left');
  expect(pausedTitle('2')).toContain('only 2 credits available');
});

test('a browser is named as a person would', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  expect(browserName(firefox)).toBe('Firefox on Linux');
  expect(browserName(null)).toBeNull();
});

import { expect, test } from 'vitest';
import {
  covers,
  creditsText,
  formatCredits,
  formatMoney,
  formatPrice,
  formatShort,
  priceAt,
  timesIn,
} from '../src/credits/amount';

test('shown digits are the sent digits: nothing is rounded, padded or cut', () => {
  for (const sent of ['0', '7', '999', '1000', '12340.5', '0.000001', '9007199254740993.123456']) {
    expect(formatCredits(sent).replaceAll(',', '')).toBe(sent);
  }
});

test('thousands are separated in the whole part only', () => {
  expect(formatCredits('1234567.123456')).toBe('1,234,567.123456');
  expect(formatCredits('-1234')).toBe('−1,234');
  expect(formatCredits('+60')).toBe('+60');
});

test('unknown is a dash, never zero', () => {
  expect(creditsText(null)).toBe('— credits');
  expect(creditsText(undefined)).toBe('— credits');
  expect(creditsText('0')).toBe('0 credits');
  expect(creditsText('1')).toBe('1 credit');
});

test('in short, from a thousand on, only whole credits are told, never more than there are', () => {
  expect(formatShort('29999.722222')).toBe('29,999');
  expect(formatShort('1000.999999')).toBe('1,000');
  expect(formatShort('999.5')).toBe('999.5');
  expect(formatShort('0.000001')).toBe('0.000001');
  expect(formatShort('40000')).toBe('40,000');
  expect(formatShort(null)).toBe('—');
});

test('amounts are compared to the micro-credit, beyond what a float can tell apart', () => {
  expect(covers('60', '60')).toBe(true);
  expect(covers('59.999999', '60')).toBe(false);
  expect(covers('9007199254740993.000001', '9007199254740993.000002')).toBe(false);
  expect(covers('100', '9')).toBe(true);
});

test('money is written from minor units, prices as they were sent', () => {
  expect(formatMoney({ amount: 6875, currency: 'usd' })).toBe('$68.75');
  expect(formatMoney({ amount: 500, currency: 'jpy' })).toBe('¥500');
  expect(formatPrice('2.90', { currency: 'usd' })).toBe('$2.90');
});

const at = (amount: number) => ({ amount, currency: 'usd' });

test('a price per thousand is exact, also beyond what a float holds', () => {
  expect(priceAt('12000', at(290))).toEqual({ amount: 3480, currency: 'usd' });
  expect(priceAt('1000', at(7)).amount).toBe(7);
  expect(priceAt('9007199254741000', at(100)).amount).toBe(900_719_925_474_100);
});

test('what comes back has a minus sign', () => {
  expect(formatMoney({ amount: -1450, currency: 'usd' })).toBe('−$14.50');
});

test('so many times one amount goes into another', () => {
  expect(timesIn('50000', '10000')).toBe(5);
  expect(timesIn('49999.999999', '10000')).toBe(4);
  expect(timesIn('1', '0')).toBe(0);
});

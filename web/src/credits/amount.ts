/**
 * Shows amounts as the server sent them. Nothing here converts a credit: a number on screen is the
 * server's own string with separators, or the exact sum of some of them; only `formatShort` leaves
 * fractions out.
 */

import type { Money } from '../api/gen';

export const UNKNOWN = '—';

/** `"12340.25"` → `"12,340.25"`. Unknown is a dash, never a zero. */
export function formatCredits(amount: string | null | undefined): string {
  if (amount === null || amount === undefined || amount === '') return UNKNOWN;
  const [, sign = '', whole = '', rest = ''] = /^([+-]?)(\d+)(\.\d+)?$/.exec(amount) ?? [];
  if (whole === '') return amount;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign === '-' ? '−' : sign}${grouped}${rest}`;
}

/**
 * For places that tell of large amounts: from 1,000 credits on only the whole ones, rounded down
 * like the server's own `display` (`"29999.722222"` → `"29,999"`); less is written exactly.
 */
export function formatShort(amount: string | null | undefined): string {
  return formatCredits(amount?.replace(/^([+-]?\d{4,})\.\d+$/, '$1'));
}

/** The same with the word. */
export function creditsShort(amount: string): string {
  return `${formatShort(amount)} ${amount === '1' ? 'credit' : 'credits'}`;
}

/** The amount and the word: `1 credit`, `14 credits`, `— credits`. */
export function creditsText(amount: string | null | undefined): string {
  return `${formatCredits(amount)} ${amount === '1' ? 'credit' : 'credits'}`;
}

/** `8–20 credits`, or one number where both ends are the same. */
export function creditRange(low: string, high: string): string {
  return low === high ? creditsText(low) : `${formatCredits(low)}–${formatCredits(high)} credits`;
}

const MICRO_DIGITS = 6;

function micro(amount: string): bigint {
  const negative = amount.startsWith('-');
  const [whole = '0', rest = ''] = amount.replace(/^[+-]/, '').split('.');
  const value = BigInt(whole + rest.padEnd(MICRO_DIGITS, '0').slice(0, MICRO_DIGITS));
  return negative ? -value : value;
}

/** Is `have` at least `need`? Compared exactly, to the micro-credit. */
export function covers(have: string, need: string): boolean {
  return micro(have) >= micro(need);
}

/** Is `part` more than half of `whole`? Compared exactly, to the micro-credit. */
export function isAboveHalf(part: string, whole: string): boolean {
  return micro(part) * 2n > micro(whole);
}

/** What some lines of the server are together, exactly. */
export function sumOf(amounts: readonly string[]): string {
  const sum = amounts.reduce((all, amount) => all + micro(amount), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(MICRO_DIGITS + 1, '0');
  const rest = digits.slice(-MICRO_DIGITS).replace(/0+$/, '');
  const whole = digits.slice(0, -MICRO_DIGITS);
  return `${sum < 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}

/** The next whole credit that is not below an amount above zero. */
export function wholeUp(amount: string): string {
  const one = micro('1');
  return String((micro(amount) + one - 1n) / one);
}

export function isZero(amount: string): boolean {
  return micro(amount) === 0n;
}

/** How many times `part` fits into `whole`; 0 where there is no part. */
export function timesIn(whole: string, part: string): number {
  const one = micro(part);
  return one > 0n ? Number(micro(whole) / one) : 0;
}

/** What so many credits cost at a price of a thousand; exact for whole thousands. */
export function priceAt(credits: string, perThousand: Money): Money {
  const amount = (micro(credits) * BigInt(perThousand.amount)) / micro('1000');
  return { amount: Number(amount), currency: perThousand.currency };
}

/** Length of a bar in percent of the longest one; for drawing only. */
export function barPercent(amount: string, longest: string): number {
  const top = Number(longest);
  return top > 0 ? Math.min(100, (Number(amount) / top) * 100) : 0;
}

/** The largest of some amounts, as it was sent. */
export function largest(amounts: readonly string[]): string {
  return amounts.reduce((best, amount) => (covers(best, amount) ? best : amount), '0');
}

/** Money in minor units as the currency is written; what comes back has a minus sign. */
export function formatMoney(money: Money): string {
  const format = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: money.currency.toUpperCase(),
  });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(money.amount / 10 ** digits).replace('-', '−');
}

/** A price the server sends as a plain decimal (`"2.90"`) in the currency of `like`. */
export function formatPrice(decimal: string, like: { currency: string }): string {
  const symbol = formatMoney({ amount: 0, currency: like.currency }).replace(/[\d.,]+/, '');
  return `${symbol}${decimal}`;
}

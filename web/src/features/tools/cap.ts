/** The most credits a run may use, as somebody typed it. */
import { covers, isAboveHalf, isZero } from '../../credits/amount';

/** The amount as the server takes it; null: no cap; `wrong`: no amount above zero. */
export function capOf(text: string): string | 'wrong' | null {
  const typed = text.trim().replaceAll(',', '');
  if (typed === '') return null;
  return /^\d{1,12}(?:\.\d{1,6})?$/.test(typed) && !isZero(typed) ? typed : 'wrong';
}

/** With a cap below what is expected, the cap is the most that can be used. */
export function upToOf(most: string | undefined, cap: ReturnType<typeof capOf>): string | null {
  if (most === undefined) return null;
  return cap !== null && cap !== 'wrong' && covers(most, cap) ? cap : most;
}

/** To be asked about. What is not covered is refused by the server, with all that can be done. */
export function isLarge(upTo: string, available: string | undefined): boolean {
  return available !== undefined && covers(available, upTo) && isAboveHalf(upTo, available);
}

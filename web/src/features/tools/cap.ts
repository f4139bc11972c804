/** The most credits a run may use, as somebody typed it. */
import { isZero } from '../../credits/amount';

/** The amount as the server takes it; null: no cap; `wrong`: no amount above zero. */
export function capOf(text: string): string | 'wrong' | null {
  const typed = text.trim().replaceAll(',', '');
  if (typed === '') return null;
  return /^\d{1,12}(?:\.\d{1,6})?$/.test(typed) && !isZero(typed) ? typed : 'wrong';
}

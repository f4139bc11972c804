/** The days of a period without holes: a day without use is a day of zero credits. */
import type { UsageDay } from '../../api/gen';

const DAY_MS = 86_400_000;
const LONGEST = 400;

/** From the first to the last day the server named, newest first. */
export function daysWithGaps(days: readonly UsageDay[]): UsageDay[] {
  const known = new Map(days.map((one) => [one.day, one]));
  const sorted = [...known.keys()].toSorted();
  const first = sorted[0];
  const last = sorted[sorted.length - 1];
  if (first === undefined || last === undefined) return [];
  const filled: UsageDay[] = [];
  for (let at = Date.parse(`${last}T00:00:00Z`); filled.length < LONGEST; at -= DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    filled.push(known.get(day) ?? { day, credits: '0' });
    if (day <= first) break;
  }
  return filled;
}

/** What the credit badge says in each of its states. */
import { creditsText, UNKNOWN } from './amount';
import type { Shown } from './balance-store';
import { words } from './words';

export type BadgeState =
  | 'loading'
  | 'unknown'
  | 'normal'
  | 'low'
  | 'purchased_only'
  | 'paused'
  | 'locked'
  | 'recharging'
  | 'stale';

export interface BadgeLook {
  state: BadgeState;
  text: string;
}

/** `time` writes a moment as `10:42` in the organization's zone. */
export function badgeLook(shown: Shown, time: (at: number) => string): BadgeLook {
  const { balance, connection, seenAt, failed } = shown;
  if (balance === null) {
    return failed
      ? { state: 'unknown', text: creditsText(null) }
      : { state: 'loading', text: UNKNOWN };
  }
  const amount = creditsText(balance.display.available);
  if (connection === 'lost' && seenAt !== null) {
    return { state: 'stale', text: `${amount} · ${time(seenAt)}` };
  }
  switch (balance.state) {
    case 'low':
      return { state: 'low', text: words.low(amount) };
    case 'paused':
      return { state: 'paused', text: words.paused(amount) };
    case 'locked':
      return { state: 'locked', text: words.locked(amount) };
    case 'recharging':
      return { state: 'recharging', text: words.recharging(amount) };
    case 'purchased_only':
      return { state: 'purchased_only', text: words.purchasedOnly(amount) };
    default:
      return { state: 'normal', text: amount };
  }
}

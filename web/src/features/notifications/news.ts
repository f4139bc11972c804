/**
 * News of money as toasts: which events tell one, and which of them are shown together. Pure;
 * where the events come from is `useMoneyNews.ts`.
 */
import type { Balance, Billing, Notification } from '../../api/gen';
import { covers, creditsText, sumOf } from '../../credits/amount';
import { toastWords as words } from './words';

/** One toast; it stays until it is closed. */
export interface Toast {
  /** Of the event that it tells: each is told once. */
  id: string;
  /** A kind of notice, or what a change of the numbers tells. */
  kind: string;
  text: string;
  /** Where it leads, and what following it is called. */
  url: string;
  action: string;
  /** When it was told, milliseconds. */
  at: number;
}

/** Notices of these kinds are told; the others only count at the bell. */
const KINDS = ['payment', 'plan', 'recharged'];
const MOST = 3;
/** One purchase may come as numbers and as a notice, one after the other. */
const TOGETHER_MS = 15_000;

/** Notices of money that were not there before and nobody has read, the oldest first. */
export function freshOf(notices: readonly Notification[], seen: ReadonlySet<string>): Notification[] {
  return notices
    .filter(({ id, kind, read }) => KINDS.includes(kind) && !read && !seen.has(id))
    .toReversed();
}

export function toastOf({ id, kind, text, url, action }: Notification, at: number): Toast {
  return { id, kind, text, url, action, at };
}

const owned = ({ total, locked, frozen }: Balance) => sumOf([total, locked, frozen]);
const named = ({ plan }: Billing) => plan && `${plan.id}/${plan.cadence}`;

/** Credits came: more are owned than before, whether they are usable, locked or disputed. */
export function addedOf(before: Balance | null, now: Balance, at: number): Toast | null {
  if (before === null || now.position <= before.position) return null;
  if (covers(owned(before), owned(now))) return null;
  const text = words.added(creditsText(String(now.display.available)));
  const { position } = now;
  return { id: `added:${position}`, kind: 'added', text, url: '/billing', action: words.see, at };
}

/** Another plan, or a first one. That one ended is a notice. */
export function planOf(before: Billing | undefined, now: Billing, at: number): Toast | null {
  const name = named(now);
  if (before === undefined || !name || !now.plan || name === named(before)) return null;
  const text = words.plan(`${now.plan_name}, ${now.plan.cadence}`);
  return { id: `plan:${name}:${at}`, kind: 'changed', text, url: '/billing', action: words.see, at };
}

/**
 * The toasts with one more, the newest last. What auto-recharge bought is said in its own words
 * only, whichever of the two comes first; and credits that come in one go are one toast.
 */
export function withToast(shown: readonly Toast[], next: Toast): Toast[] {
  if (shown.some(({ id }) => id === next.id)) return [...shown];
  const near = (one: Toast, kind: string) => one.kind === kind && next.at - one.at < TOGETHER_MS;
  const came = next.kind === 'added' || next.kind === 'recharged';
  if (next.kind === 'added' && shown.some((one) => near(one, 'recharged'))) return [...shown];
  const others = came ? shown.filter((one) => !near(one, 'added')) : shown;
  return [...others, next].slice(-MOST);
}

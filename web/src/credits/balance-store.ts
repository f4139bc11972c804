/**
 * The one balance every part of the screen shows. It only moves forward: an answer
 * or event read at a lower journal position than the shown one is dropped.
 */
import { useSyncExternalStore } from 'react';
import type { Balance } from '../api/gen';

export type Connection = 'connecting' | 'live' | 'lost';

export interface Shown {
  balance: Balance | null;
  connection: Connection;
  /** When the shown balance was last confirmed, milliseconds; null before the first. */
  seenAt: number | null;
  /** The server was asked and gave no balance. */
  failed: boolean;
}

export class BalanceStore {
  private shown: Shown = { balance: null, connection: 'connecting', seenAt: null, failed: false };
  private readonly listeners = new Set<() => void>();

  readonly get = (): Shown => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Shows `balance` unless something newer is shown; says whether it was taken. */
  offer(balance: Balance, now: number): boolean {
    const current = this.shown.balance;
    if (current !== null && isOlder(balance, current)) return false;
    this.set({ balance, seenAt: now, failed: false });
    return true;
  }

  connection(connection: Connection): void {
    if (this.shown.connection !== connection) this.set({ connection });
  }

  fail(): void {
    if (this.shown.balance === null && !this.shown.failed) this.set({ failed: true });
  }

  /** Another person logs in: nothing of the last one stays on screen. */
  clear(): void {
    this.set({ balance: null, connection: 'connecting', seenAt: null, failed: false });
  }

  private set(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const listener of this.listeners) listener();
  }
}

// At one position the clock alone can change a balance (an expiry), so time decides there.
function isOlder(next: Balance, current: Balance): boolean {
  if (next.position !== current.position) return next.position < current.position;
  return Date.parse(next.at) < Date.parse(current.at);
}

/** Is it known before trying that no work can start: no credits, or all of them locked? */
export function startsNothing(balance: Balance | null): boolean {
  return balance?.state === 'paused' || balance?.state === 'locked';
}

export const balanceStore = new BalanceStore();

export function useShownBalance(): Shown {
  return useSyncExternalStore(balanceStore.subscribe, balanceStore.get, balanceStore.get);
}

export function useBalance(): Balance | null {
  return useShownBalance().balance;
}

/**
 * One key per thing a person meant to do. Trying the same thing again keeps the
 * key, so that the server does it at most once; doing it anew takes a new one.
 */
import { useState } from 'react';

export class Intent {
  private current: { what: string; key: string } | null = null;

  /** The key for `what`; the same text asked again, before `done`, gives the same key. */
  keyFor(what: string): string {
    if (this.current?.what !== what) this.current = { what, key: newKey() };
    return this.current.key;
  }

  /** The server has committed it: the same text again is a new intent. */
  done(): void {
    this.current = null;
  }
}

export function useIntent(): Intent {
  const [intent] = useState(() => new Intent());
  return intent;
}

/** A random version 4 UUID; `randomUUID` itself exists only on https and localhost. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

/**
 * The keys that work everywhere behind the log-in. Single ones only outside of fields and
 * dialogs, and a person may switch them off. Esc is heard where something can be stopped.
 */
import { useCallback, useEffect, useState } from 'react';

const OFF = 'ampere.single-keys-off';

export type ShortcutDialog = 'places' | 'list';

export interface Shortcuts {
  opened: ShortcutDialog | null;
  open: (dialog: ShortcutDialog) => void;
  close: () => void;
}

export function useShortcuts(): Shortcuts {
  const [opened, open] = useState<ShortcutDialog | null>(null);
  const close = useCallback(() => open(null), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isWithin(event, '[role="dialog"]')) return;
      if (isPlaces(event)) open('places');
      else if (!isSingle(event)) return;
      else if (event.key === '?') open('list');
      else if (event.key !== '/' || !focusComposer()) return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return { opened, open, close };
}

/** On a Mac, Ctrl K is an editing key of every field. */
export const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

function isPlaces(event: KeyboardEvent): boolean {
  const held = onMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return held && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k';
}

function isSingle(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
  return singleKeys() && !isWithin(event, 'input, textarea, select, [contenteditable]');
}

function isWithin({ target }: KeyboardEvent, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

function focusComposer(): boolean {
  const field = document.querySelector<HTMLTextAreaElement>('textarea[data-composer]');
  field?.focus();
  return field !== null;
}

/** Whether `/` and `?` do anything in this browser. */
export function singleKeys(): boolean {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

export function setSingleKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, '1');
  } catch {
    // Without a store they stay as they are.
  }
}

/** The text a person has not sent yet: kept per session, over reloads and empty pools. */
import { useCallback, useState } from 'react';

const PREFIX = 'ampere.draft.';

function read(key: string): string {
  try {
    return localStorage.getItem(PREFIX + key) ?? '';
  } catch {
    return '';
  }
}

function write(key: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, text);
  } catch {
    // Without a store the draft lives as long as the page.
  }
}

/** `key` names the person and the session (or `home`). */
export function useDraft(key: string): [text: string, set: (text: string) => void] {
  const [held, setHeld] = useState({ key, text: read(key) });
  const text = held.key === key ? held.text : read(key);
  const set = useCallback(
    (next: string) => {
      write(key, next);
      setHeld({ key, text: next });
    },
    [key],
  );
  return [text, set];
}

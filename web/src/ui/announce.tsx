/** The one polite live region: short sentences for people who do not see the screen. */
import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore } from 'react';

let said = '';
const listeners = new Set<() => void>();

export function announce(text: string): void {
  // The same sentence twice is read twice only if the text differs.
  said = said === text ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function LiveRegion() {
  const text = useSyncExternalStore(subscribe, () => said, () => said);
  return (
    <VisuallyHidden role="status" aria-live="polite" data-testid="live-region">
      {text}
    </VisuallyHidden>
  );
}

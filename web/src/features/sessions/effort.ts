/** How far the agent goes for a message: the choice of a person, kept in this browser. */
import { useState } from 'react';
import type { Effort, ModelCard } from '../../api/gen';

export const efforts: readonly Effort[] = ['low', 'medium', 'high'];

const USUAL: Effort = 'medium';
const PREFIX = 'ampere.effort.';

function read(user: string): Effort {
  try {
    const kept = localStorage.getItem(PREFIX + user);
    return efforts.find((one) => one === kept) ?? USUAL;
  } catch {
    return USUAL;
  }
}

/** `user`: id of who is logged in; others on this computer have a choice of their own. */
export function useEffort(user: string): [effort: Effort, set: (effort: Effort) => void] {
  const [effort, setEffort] = useState(() => read(user));
  const set = (next: Effort) => {
    setEffort(next);
    try {
      localStorage.setItem(PREFIX + user, next);
    } catch {
      // Without a store the choice lives as long as the page.
    }
  };
  return [effort, set];
}

/** The model that a message goes to; `chosen` empty: the one that is taken by itself. */
export function modelOf(models: readonly ModelCard[], chosen: string): ModelCard | null {
  const found = models.find(({ id, is_default }) => (chosen === '' ? is_default : id === chosen));
  return found ?? null;
}

/** A message whose answer may have used tools: its run says with what effort. */
export function hadHands(subject: string | null): boolean {
  return subject === 'medium' || subject === 'high';
}

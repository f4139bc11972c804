/** The title of the page on screen: shown in the header, in the tab, and given the focus. */
import { useEffect, useSyncExternalStore } from 'react';
import { useInstance } from './instance';

let title = '';
const listeners = new Set<() => void>();

function set(next: string): void {
  title = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePageTitle(next: string): void {
  const { product_name: product } = useInstance();
  useEffect(() => {
    set(next);
    document.title = next === '' ? product : `${next} · ${product}`;
  }, [next, product]);
}

export function useCurrentTitle(): string {
  return useSyncExternalStore(subscribe, () => title, () => title);
}

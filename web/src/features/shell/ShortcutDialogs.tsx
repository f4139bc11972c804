/** The dialogs that keys open: anything to go to, and the list of the keys themselves. */
import { lazy, Suspense } from 'react';
import type { Shortcuts } from './useShortcuts';

const PlacesDialog = lazy(() => import('./PlacesDialog'));
const ShortcutList = lazy(() => import('./ShortcutList'));

export function ShortcutDialogs({ shortcuts }: { shortcuts: Shortcuts }) {
  const { opened, close } = shortcuts;
  return (
    <Suspense fallback={null}>
      {opened === 'places' ? <PlacesDialog close={close} /> : null}
      {opened === 'list' ? <ShortcutList close={close} /> : null}
    </Suspense>
  );
}

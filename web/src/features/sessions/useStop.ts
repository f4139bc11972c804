/**
 * Stopping the run that is at work in a session, by its button or by Esc. The server ends it; what
 * this page knows is that it was asked. Never charges or settles. Read next: Composer.tsx.
 */
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { cancelRun } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { answerWords as words } from './words';

export interface Stop {
  press: () => void;
  /** It was asked for; the answer ends soon. */
  pressed: boolean;
  error: Error | null;
}

/** Null when nothing is at work. */
export function useStop(runId: string | null): Stop | null {
  const { mutate, variables, isPending, isSuccess, error } = useMutation({
    mutationFn: (id: string) => call(cancelRun({ path: { id } })),
    onMutate: () => announce(words.stopping),
  });
  const asked = runId !== null && variables === runId;
  const pressed = asked && (isPending || isSuccess);
  const press = () => {
    if (runId !== null && !pressed) mutate(runId);
  };
  useEscape(runId === null ? null : press);
  return runId === null ? null : { press, pressed, error: asked ? error : null };
}

// Heard before anything else hears it: what an open dialog, popover or menu closes by Esc is
// still there to be recognized, and keeps the key for itself.
function useEscape(press: (() => void) | null): void {
  const latest = useRef(press);
  useEffect(() => {
    latest.current = press;
  });
  const listening = press !== null;
  useEffect(() => {
    if (!listening) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.repeat || event.isComposing) return;
      const { target } = event;
      if (target instanceof Element && target.closest('[role="dialog"]') !== null) return;
      if (document.getElementById('main')?.inert === true) return;
      latest.current?.();
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  }, [listening]);
}

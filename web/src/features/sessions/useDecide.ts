/** Answering what a run asks first. The server takes one answer; what it waited for goes on. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { type DecideRequest, decideCall, type Run } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { runQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { askWords as words } from './words';

export interface Deciding {
  decide: (body: DecideRequest) => void;
  busy: boolean;
  error: Error | null;
}

export function useDecide(run: Run): Deciding {
  const queries = useQueryClient();
  const made = useRef(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: DecideRequest) => call(decideCall({ path: { id: run.id }, body })),
    onSuccess: (after, { decision }) => {
      announce(words.said[decision]);
      queries.setQueryData(runQuery(run.id).queryKey, after);
      if (decision === 'always' && run.session_id !== null) {
        void queries.invalidateQueries({ queryKey: ['session', run.session_id] });
      }
      // What had the focus is gone; the next thing to write is at the same place as ever.
      document.querySelector<HTMLElement>('[data-composer]')?.focus({ preventScroll: true });
    },
    onError: (problem) => {
      made.current = false;
      if (isOver(problem)) void queries.invalidateQueries({ queryKey: ['run', run.id] });
    },
  });
  // The second click of a double one is no second answer.
  const decide = (body: DecideRequest) => {
    if (made.current) return;
    made.current = true;
    mutate(body);
  };
  return { decide, busy: isPending, error };
}

/** Somebody else, or the time, was faster. */
export function isOver(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409;
}

/** Taking control and giving it back, pausing and going on. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type BrowserSession,
  continueBrowser,
  pauseBrowser,
  releaseControl,
  type Run,
  takeControl,
} from '../../api/gen';
import { call } from '../../api/problem';
import { runQuery } from '../../api/queries';

const acts = {
  take: takeControl,
  release: releaseControl,
  pause: pauseBrowser,
  goOn: continueBrowser,
};

export type Act = keyof typeof acts;

export interface Control {
  press: (act: Act, done?: () => void) => void;
  /** What was pressed and is not answered yet. */
  busy: Act | null;
  error: Error | null;
}

export function useControl(runId: string): Control {
  const queries = useQueryClient();
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: (act: Act) => call(acts[act]({ path: { id: runId } })),
    onSuccess: (browser: BrowserSession) =>
      queries.setQueryData<Run>(runQuery(runId).queryKey, (run) => (run ? { ...run, browser } : run)),
    // What stands on the screen may be old: somebody else was faster.
    onError: () => queries.invalidateQueries({ queryKey: ['run', runId] }),
  });
  return {
    press: (act, done) => {
      if (!isPending) mutate(act, done ? { onSuccess: done } : {});
    },
    busy: isPending ? variables : null,
    error,
  };
}

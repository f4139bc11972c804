/** Going on with a paused run: one key per attempt, a refusal opens OutOfCredits. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { resumeRun } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { call, outOfCredits } from '../../api/problem';
import { runQuery } from '../../api/queries';
import type { Gate } from '../sessions/gate';
import { useRunGate } from './gate';

export interface Resume {
  press: () => void;
  busy: boolean;
  /** A failure that is no lack of credits. */
  failure: Error | null;
  gate: Gate;
}

export function useResume(runId: string): Resume {
  const queries = useQueryClient();
  const intent = useIntent();
  const gate = useRunGate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      call(
        resumeRun({ path: { id: runId }, headers: { 'Idempotency-Key': intent.keyFor(runId) } }),
      ),
    onSuccess: (run) => {
      intent.done();
      gate.reset();
      queries.setQueryData(runQuery(run.id).queryKey, run);
      void queries.invalidateQueries({ queryKey: ['runs'] });
    },
    onError: (refused) => {
      const problem = outOfCredits(refused);
      if (problem) gate.refuse(problem);
      // What stands on the screen may be old: somebody else has resumed or stopped it.
      else void queries.invalidateQueries({ queryKey: ['run', runId] });
    },
  });
  return {
    press: () => {
      if (!isPending) mutate();
    },
    busy: isPending,
    failure: error && !outOfCredits(error) ? error : null,
    gate,
  };
}

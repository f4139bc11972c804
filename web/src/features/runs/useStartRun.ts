/** Starting a run: one key per submission, refusals go to the gate. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Run, type StartRunRequest, startRun } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { call, outOfCredits } from '../../api/problem';
import { runQuery } from '../../api/queries';
import type { Gate } from '../sessions/gate';

export function useStartRun(gate: Gate, started: (run: Run) => void) {
  const queries = useQueryClient();
  const intent = useIntent();
  return useMutation({
    mutationFn: (body: StartRunRequest) =>
      call(startRun({ body, headers: { 'Idempotency-Key': intent.keyFor(JSON.stringify(body)) } })),
    onSuccess: (run) => {
      intent.done();
      gate.reset();
      queries.setQueryData(runQuery(run.id).queryKey, run);
      void queries.invalidateQueries({ queryKey: ['runs'] });
      void queries.invalidateQueries({ queryKey: ['tools'] });
      started(run);
    },
    onError: (error) => {
      const problem = outOfCredits(error);
      if (problem) gate.refuse(problem);
    },
  });
}

/** Testing one step as it stands in the editor: one key per submission, refusals go to the gate. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type ConditionTest, testWorkflowStep } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { call, outOfCredits } from '../../api/problem';
import { runQuery } from '../../api/queries';
import { useRunGate } from '../runs/gate';
import { sentDefinition } from './definition';
import type { Builder } from './useBuilder';

interface Result {
  /** Its id; the page is not left for it while there is unsaved work. */
  run: string | null;
  condition: ConditionTest | null;
}

const nothing: Result = { run: null, condition: null };

export function useTestStep(workflowId: string, builder: Builder) {
  const { broken, definition, dirty, insist } = builder;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const intent = useIntent();
  const gate = useRunGate();
  const [result, setResult] = useState(nothing);
  const [unfinished, setUnfinished] = useState(false);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (step: string) => {
      const body = { step_id: step, definition: sentDefinition(definition) };
      const headers = { 'Idempotency-Key': intent.keyFor(JSON.stringify(body)) };
      return call(testWorkflowStep({ path: { id: workflowId }, body, headers }));
    },
    onSuccess: ({ run, condition }) => {
      intent.done();
      gate.reset();
      setResult({ run: run && dirty ? run.id : null, condition: condition ?? null });
      if (!run) return;
      queries.setQueryData(runQuery(run.id).queryKey, run);
      void queries.invalidateQueries({ queryKey: ['runs'] });
      if (!dirty) void navigate({ to: '/runs/$runId', params: { runId: run.id } });
    },
    onError: (refused) => {
      const problem = outOfCredits(refused);
      if (problem) gate.refuse(problem);
    },
  });
  const forget = () => {
    reset();
    setResult(nothing);
    setUnfinished(false);
  };
  return {
    ...result,
    gate,
    unfinished,
    busy: isPending,
    failure: error && !outOfCredits(error) ? error : null,
    forget,
    press: (step: string) => {
      if (isPending) return;
      forget();
      if (broken.every((one) => one.step !== step)) return mutate(step);
      insist();
      setUnfinished(true);
    },
  };
}

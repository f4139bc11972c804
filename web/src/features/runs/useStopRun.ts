/** Stopping a run by its button. The server ends it; here it is only known that it was asked. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { cancelRun } from '../../api/gen';
import { call } from '../../api/problem';

export interface Stop {
  press: () => void;
  /** It was asked for; the run ends after the step that is running. */
  pressed: boolean;
  error: Error | null;
}

export function useStopRun(runId: string): Stop {
  const queries = useQueryClient();
  const { mutate, variables, isPending, isSuccess, error } = useMutation({
    mutationFn: (id: string) => call(cancelRun({ path: { id } })),
    onSuccess: (_, id) => queries.invalidateQueries({ queryKey: ['run', id] }),
  });
  const asked = variables === runId;
  const pressed = asked && (isPending || isSuccess);
  return {
    press: () => {
      if (!pressed) mutate(runId);
    },
    pressed,
    error: asked ? error : null,
  };
}

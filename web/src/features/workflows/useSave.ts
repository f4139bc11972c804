/** Saving a workflow: the first time it is made, then each time as a new version of the one edited. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { createWorkflow, updateWorkflow, type Workflow } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { workflowQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { sentDefinition } from './definition';
import { faultsOf } from './faults';
import type { Builder, Draft } from './useBuilder';
import { railWords as words } from './words';

export interface Save {
  press: () => void;
  busy: boolean;
  /** A failure that belongs to no field. */
  failure: Error | null;
  /** Another version than the edited one is the newest. */
  conflict: boolean;
  reload: () => void;
  /** It was tried with the workflow not yet right. */
  tried: boolean;
}

interface Where {
  builder: Builder;
  /** The one that is edited; null: it is new. */
  kept: Workflow | null;
  saved: (workflow: Workflow, draft: Draft) => void;
  reload: () => void;
}

/** The element around the editor. */
export const EDITOR_ID = 'workflow-editor';

export function useSave({ builder, kept, saved, reload }: Where): Save {
  const queries = useQueryClient();
  const { name, definition } = builder;
  const [tries, setTries] = useState(0);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (draft: Draft) => {
      const body = { name: draft.name.trim(), definition: sentDefinition(draft.definition) };
      return kept === null
        ? call(createWorkflow({ body }))
        : call(updateWorkflow({ path: { id: kept.id }, body: { ...body, version: kept.version } }));
    },
    onSuccess: (workflow, draft) => {
      queries.setQueryData(workflowQuery(workflow.id).queryKey, workflow);
      void queries.invalidateQueries({ queryKey: ['workflows'] });
      void queries.invalidateQueries({ queryKey: ['workflow-versions', workflow.id] });
      announce(words.saved(workflow.version));
      saved(workflow, draft);
    },
    onError: (refused, draft) => {
      builder.setFaults(faultsOf(refused, draft.definition));
      setTries((count) => count + 1);
    },
  });
  useEffect(() => {
    if (tries > 0) focusFirstWrong();
  }, [tries]);
  const conflict = error instanceof ApiProblem && error.status === 409;
  const atFields = Object.keys(faultsOf(error, definition)).length > 0;
  return {
    busy: isPending,
    conflict,
    failure: conflict || atFields ? null : error,
    reload,
    tried: tries > 0,
    press: () => {
      if (isPending) return;
      if (builder.broken.length === 0) return mutate({ name, definition });
      builder.insist();
      setTries(tries + 1);
    },
  };
}

function focusFirstWrong(): void {
  const wrong = document.querySelector<HTMLElement>(`#${EDITOR_ID} [aria-invalid="true"]`);
  const folded = wrong?.closest('details');
  if (folded) folded.open = true;
  wrong?.focus();
}

/** Asks once before a workflow is deleted, and says what stays. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { deleteWorkflow, type Workflow } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { RemoveDialog } from '../../ui/RemoveDialog';
import { pageWords as words } from './words';

export function DeleteWorkflow({ workflow, close }: { workflow: Workflow; close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => call(deleteWorkflow({ path: { id: workflow.id } })),
    onSuccess: async () => {
      await navigate({ to: '/workflows' });
      queries.removeQueries({ queryKey: ['workflow', workflow.id] });
      void queries.invalidateQueries({ queryKey: ['workflows'] });
      void queries.invalidateQueries({ queryKey: ['schedules'] });
      announce(words.removed(workflow.name));
    },
  });
  return (
    <RemoveDialog
      title={words.removeTitle(workflow.name)}
      text={words.removeText}
      yes={words.remove}
      failed={words.removeFailed}
      remove={remove}
      close={close}
    />
  );
}

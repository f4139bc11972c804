/** Asks once before a workflow is deleted, and says what stays. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { deleteWorkflow, type Workflow } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
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
    <Dialog title={words.removeTitle(workflow.name)} close={close}>
      <Stack gap="md">
        {remove.error ? <Failure text={words.removeFailed} error={remove.error} /> : null}
        <Text size="sm">{words.removeText}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {shared.cancel}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {words.remove}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

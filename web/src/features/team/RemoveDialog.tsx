/** Asks once before somebody is removed. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Member, removeMember } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { words } from './words';

export function RemoveDialog({ member, close }: { member: Member; close: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call(removeMember({ path: { id: member.user_id } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['members'] });
      announce(words.removed(member.name));
      close();
    },
  });
  return (
    <Dialog close={close} title={words.removeTitle(member.name)}>
      <Stack gap="md">
        {remove.error ? <Failure text={words.failed} error={remove.error} /> : null}
        <Text size="sm">{words.removeText}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {shared.cancel}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {words.removeYes}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** Asks before somebody is removed, and what becomes of their schedules. */
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Member, type RemoveMemberData, removeMember } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { words } from './words';

type LeftSchedules = NonNullable<NonNullable<RemoveMemberData['query']>['schedules']>;

interface Props {
  member: Member;
  close: () => void;
}

export function RemoveMember({ member, close }: Props) {
  const queries = useQueryClient();
  const [schedules, setSchedules] = useState<LeftSchedules>('pause');
  const remove = useMutation({
    mutationFn: () =>
      call(removeMember({ path: { id: member.user_id }, query: { schedules } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['members'] });
      for (const noun of ['schedules', 'schedule', 'billing']) {
        void queries.invalidateQueries({ queryKey: [noun] });
      }
      announce(words.removed(member.name));
      close();
    },
  });
  return (
    <Dialog title={words.removeTitle(member.name)} close={close}>
      <Stack gap="md">
        {remove.error ? <Failure text={words.failed} error={remove.error} /> : null}
        <Text size="sm">{words.removeText}</Text>
        {member.schedules === 0 ? null : (
          <Left count={member.schedules} value={schedules} choose={setSchedules} />
        )}
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

interface LeftProps {
  count: number;
  value: LeftSchedules;
  choose: (value: LeftSchedules) => void;
}

function Left({ count, value, choose }: LeftProps) {
  return (
    <Radio.Group
      label={words.schedules(count)}
      value={value}
      onChange={(next) => choose(next === 'reassign' ? 'reassign' : 'pause')}
    >
      <Stack gap="sm" mt="xs">
        <Radio value="pause" label={words.pause} description={words.pauseNote} />
        <Radio value="reassign" label={words.reassign} description={words.reassignNote} />
      </Stack>
    </Radio.Group>
  );
}

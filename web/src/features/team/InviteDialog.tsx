/** Makes an invitation link and shows it once. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createInvitation } from '../../api/gen';
import { call } from '../../api/problem';
import { CopyText } from '../../ui/CopyText';
import { useDates } from '../../ui/dates';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { words } from './words';

export function InviteDialog({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => call(createInvitation({ body: { role: 'member' } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['invitations'] }),
  });
  return (
    <Dialog close={close} title={make.data ? words.linkTitle : words.inviteTitle}>
      {make.data ? (
        <Link url={make.data.url} expires={make.data.expires_at} close={close} />
      ) : (
        <Stack gap="md">
          {make.error ? <Failure text={words.failed} error={make.error} /> : null}
          <Text size="sm">{words.inviteText}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {shared.cancel}
            </Button>
            <Button loading={make.isPending} onClick={() => make.mutate()} data-autofocus>
              {words.inviteMake}
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}

function Link({ url, expires, close }: { url: string; expires: string; close: () => void }) {
  const dates = useDates();
  return (
    <Stack gap="md">
      <Text size="sm">{words.linkText}</Text>
      <TextInput
        label={words.linkLabel}
        description={`${words.invitation.expires}: ${dates.moment(expires)}`}
        value={url}
        readOnly
        data-autofocus
        onFocus={(event) => event.currentTarget.select()}
      />
      <Group justify="flex-end">
        <CopyText text={url} label={words.copyLink} variant="filled" color="indigo" size="sm" />
        <Button variant="default" onClick={close}>
          {words.done}
        </Button>
      </Group>
    </Stack>
  );
}

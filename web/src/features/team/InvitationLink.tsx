/** An invitation's link, shown once. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { CopyText } from '../../ui/CopyText';
import { useDates } from '../../ui/dates';
import { Dialog } from '../../ui/Dialog';
import { inviteWords as words } from './words';

interface Props {
  url: string;
  expires: string;
  close: () => void;
}

export function InvitationLink({ url, expires, close }: Props) {
  const dates = useDates();
  return (
    <Dialog close={close} title={words.linkTitle}>
      <Stack gap="md">
        <Text size="sm">{words.linkText}</Text>
        <TextInput
          label={words.linkLabel}
          description={`${words.columns.expires}: ${dates.moment(expires)}`}
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
    </Dialog>
  );
}

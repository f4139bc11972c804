/** Asks once before something is taken away, says what stays, and shows why it did not work. */
import { Button, Group, Stack, Text } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { Dialog } from './Dialog';
import { Failure } from './Remote';
import { words as shared } from './words';

interface Props {
  title: string;
  /** What goes, and what stays. */
  text: string;
  /** On the button that does it. */
  yes: string;
  /** When it did not work. */
  failed: string;
  remove: Pick<UseMutationResult<unknown, Error, void>, 'error' | 'isPending' | 'mutate'>;
  close: () => void;
}

export function RemoveDialog({ title, text, yes, failed, remove, close }: Props) {
  return (
    <Dialog title={title} close={close}>
      <Stack gap="md">
        {remove.error ? <Failure text={failed} error={remove.error} /> : null}
        <Text size="sm">{text}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {shared.cancel}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {yes}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

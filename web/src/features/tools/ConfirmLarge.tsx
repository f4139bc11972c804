/** Asked before a run that may use more than half of what is there. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { Dialog } from '../../ui/Dialog';
import { words as shared } from '../../ui/words';
import { estimateWords as words, pageWords } from './words';

interface Props {
  upTo: string;
  available: string;
  close: () => void;
  run: () => void;
}

export function ConfirmLarge({ upTo, available, close, run }: Props) {
  return (
    <Dialog title={words.confirmTitle} close={close}>
      <Stack gap="md">
        <Text>{words.confirm(upTo, available)}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {shared.cancel}
          </Button>
          <Button onClick={run}>{pageWords.run}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** A file to take along: a button, how far it is, and what to do when it did not come. */
import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { Failure } from '../../ui/Remote';
import { sizeText } from '../files/words';
import { type AskFile, type Download, useDownload } from './useDownload';
import { downloadWords as words } from './words';

interface Props {
  label: string;
  ask: AskFile;
  /** What the file is called unless the server says otherwise. */
  usual: string;
}

export function DownloadButton({ label, ask, usual }: Props) {
  const { state, start, stop } = useDownload(ask, usual);
  return (
    <Stack gap="sm" align="flex-start">
      {state.is === 'preparing' ? (
        <Group gap="sm" data-testid="preparing">
          <Loader size="sm" aria-hidden />
          <Text size="sm">
            {words.preparing} {state.bytes > 0 ? words.soFar(sizeText(state.bytes)) : null}
          </Text>
          <Button variant="default" size="compact-sm" onClick={stop}>
            {words.stop}
          </Button>
        </Group>
      ) : (
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => void start()}
        >
          {label}
        </Button>
      )}
      <Outcome state={state} again={() => void start()} />
    </Stack>
  );
}

function Outcome({ state, again }: { state: Download; again: () => void }) {
  switch (state.is) {
    case 'done':
      return (
        <Text size="sm" c="dimmed">
          {words.done(state.name, sizeText(state.bytes))}
        </Text>
      );
    case 'stopped':
      return (
        <Text size="sm" c="dimmed">
          {words.stopped}
        </Text>
      );
    case 'failed':
      return state.broken ? (
        <Alert color="red" variant="light" role="alert" title={words.broken} />
      ) : (
        <Failure text={words.failed} error={state.error} retry={again} />
      );
    default:
      return null;
  }
}

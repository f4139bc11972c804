/** One file as an input: upload it, with progress, or choose one that was uploaded earlier. */
import { Button, Group, Input, Stack, Text } from '@mantine/core';
import { IconFile, IconUpload, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiProblem } from '../../api/problem';
import { fileQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { EarlierFiles } from './EarlierFiles';
import classes from './Files.module.css';
import { acceptText, refusalOf, type Upload, upload } from './upload';
import { kindsText, sizeText, words } from './words';

interface Props {
  id: string;
  label: ReactNode;
  description: ReactNode;
  error: string | undefined;
  required: boolean;
  accept: readonly string[];
  /** The chosen file's id; empty: none. */
  value: string;
  change: (id: string) => void;
}

export function FileField(props: Props) {
  const { id, label, description, error, required, accept, value, change } = props;
  const sending = useUpload(accept, change);
  const kinds = accept.length === 0 ? words.anyKind : words.kinds(kindsText(accept));
  const wrong = sending.failure ?? error;
  return (
    <Input.Wrapper
      id={id}
      labelElement="div"
      label={label}
      description={
        <>
          {description} {kinds}
        </>
      }
      error={wrong}
      required={required}
    >
      <fieldset
        className={classes.field}
        aria-labelledby={`${id}-label`}
        aria-describedby={wrong ? `${id}-error` : `${id}-description`}
      >
        {sending.now ? (
          <Progress now={sending.now} stop={sending.stop} />
        ) : (
          <Stack gap={8}>
            {value === '' ? null : <Chosen id={value} remove={() => change('')} />}
            <Group gap={8}>
              <UploadButton id={id} accept={accept} again={value !== ''} send={sending.send} />
              <EarlierFiles accept={accept} chosen={value} choose={change} />
            </Group>
          </Stack>
        )}
      </fieldset>
    </Input.Wrapper>
  );
}

interface Now {
  name: string;
  percent: number;
}

function useUpload(accept: readonly string[], change: (id: string) => void) {
  const queries = useQueryClient();
  const [now, setNow] = useState<Now | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const running = useRef<Upload | null>(null);
  // Whoever leaves the page does not wait for the file any more.
  useEffect(() => () => running.current?.stop(), []);
  const send = async (file: File) => {
    const refusal = refusalOf(file, accept);
    setFailure(refusal);
    if (refusal !== null) return;
    setNow({ name: file.name, percent: 0 });
    const sent = upload(file, (percent) => setNow({ name: file.name, percent }));
    running.current = sent;
    try {
      const stored = await sent.stored;
      queries.setQueryData(fileQuery(stored.id).queryKey, stored);
      void queries.invalidateQueries({ queryKey: ['files'] });
      change(stored.id);
      announce(words.done(stored.name));
    } catch (error) {
      if (running.current === sent) setFailure(failureText(error));
    }
    if (running.current === sent) running.current = null;
    setNow(null);
  };
  const stop = () => {
    const sent = running.current;
    running.current = null;
    sent?.stop();
  };
  return { now, failure, send, stop };
}

function failureText(error: unknown): string {
  const told = error instanceof ApiProblem ? error.problem?.detail : undefined;
  return told ?? words.errors.failed;
}

interface UploadButtonProps {
  id: string;
  accept: readonly string[];
  again: boolean;
  send: (file: File) => Promise<void>;
}

function UploadButton({ id, accept, again, send }: UploadButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        id={id}
        variant="default"
        leftSection={<IconUpload size={16} aria-hidden />}
        onClick={() => input.current?.click()}
      >
        {again ? words.another : words.upload}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={words.upload}
        accept={acceptText(accept)}
        data-testid={`${id}-file`}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) void send(file);
          // The same file may be chosen again after an error.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

function Progress({ now, stop }: { now: Now; stop: () => void }) {
  return (
    <Stack gap={6}>
      <Text size="sm">{words.uploading(now.name, now.percent)}</Text>
      <progress
        className={classes.progress}
        max={100}
        value={now.percent}
        aria-label={words.progress(now.name)}
      />
      <Group>
        <Button size="compact-sm" variant="default" onClick={stop}>
          {words.stop}
        </Button>
      </Group>
    </Stack>
  );
}

function Chosen({ id, remove }: { id: string; remove: () => void }) {
  const { data, error } = useQuery(fileQuery(id));
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Text size="sm" c="red">
        {words.gone}
      </Text>
    );
  }
  const name = data?.name ?? id;
  return (
    <Group gap={8} wrap="nowrap" className={classes.chosen}>
      <IconFile size={18} aria-hidden />
      <Text size="sm" className={classes.name}>
        {name}
        {data ? (
          <Text span size="xs" c="dimmed">
            {` ${sizeText(data.size)}`}
          </Text>
        ) : null}
      </Text>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        flex="none"
        leftSection={<IconX size={15} aria-hidden />}
        aria-label={words.removeNamed(name)}
        onClick={remove}
      >
        {words.remove}
      </Button>
    </Group>
  );
}

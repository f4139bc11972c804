/** What somebody types before a thing goes for good: its name and their password. */
import { Button, Group, PasswordInput, TextInput } from '@mantine/core';
import type { ComponentProps } from 'react';
import { words as shared } from '../../ui/words';

interface Props {
  /** The field of the name that is typed. */
  name: ComponentProps<typeof TextInput>;
  /** The field of the password. */
  password: ComponentProps<typeof PasswordInput>;
  /** What the button says that does it. */
  yes: string;
  ready: boolean;
  busy: boolean;
  close: () => void;
}

export function LastWord({ name, password, yes, ready, busy, close }: Props) {
  return (
    <>
      <TextInput autoComplete="off" {...name} />
      <PasswordInput autoComplete="current-password" {...password} />
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          {shared.cancel}
        </Button>
        <Button type="submit" color="red" loading={busy} disabled={!ready}>
          {yes}
        </Button>
      </Group>
    </>
  );
}

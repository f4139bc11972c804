/** Invites somebody: by mail where the installation sends mail, else by a link shown once. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createInvitation, type InvitationCreated, type Role } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { useServerForm } from '../../ui/form';
import { useInstance } from '../../ui/instance';
import { Failure } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { InvitationLink } from './InvitationLink';
import { inviteWords as words, words as team } from './words';

const roles = ['member', 'admin', 'viewer'] as const;

export function InviteDialog({ close }: { close: () => void }) {
  const [made, setMade] = useState<InvitationCreated | null>(null);
  if (made?.url) {
    return <InvitationLink url={made.url} expires={made.expires_at} close={close} />;
  }
  const done = (invitation: InvitationCreated) => {
    setMade(invitation);
    if (invitation.url !== null) return;
    announce(words.sent(invitation.email ?? ''));
    close();
  };
  return (
    <Dialog close={close} title={words.title}>
      <InviteForm done={done} close={close} />
    </Dialog>
  );
}

interface FormProps {
  done: (made: InvitationCreated) => void;
  close: () => void;
}

function InviteForm({ done, close }: FormProps) {
  const queries = useQueryClient();
  const { mail } = useInstance();
  const { form, onSubmit, busy, failure } = useServerForm<{ role: Role; email: string }>(
    { role: 'member', email: '' },
    async ({ role, email: typed }) => {
      const email = typed.trim();
      const body = email === '' ? { role } : { role, email };
      const made = await call(createInvitation({ body }));
      void queries.invalidateQueries({ queryKey: ['invitations'] });
      done(made);
    },
  );
  const { role, email } = form.getValues();
  const note = roles.find((one) => one === role);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="md">
        {failure ? <Failure text={team.failed} error={failure} /> : null}
        <Text size="sm">{words.text}</Text>
        <NativeSelect
          label={words.role}
          description={note ? team.roleNotes[note] : undefined}
          data={roles.map((value) => ({ value, label: team.roles[value] }))}
          {...form.getInputProps('role')}
        />
        <TextInput
          label={words.email}
          description={mail ? words.emailMailed : words.emailShown}
          type="email"
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button type="submit" loading={busy} data-autofocus>
            {mail && email.trim() !== '' ? words.send : words.make}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

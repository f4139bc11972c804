/** The line over a session: what it has used, who sees it; and sharing, rename and delete. */
import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { deleteSession, renameSession, type Session, type SessionDetail } from '../../api/gen';
import { call } from '../../api/problem';
import { sessionQuery } from '../../api/queries';
import { Actions } from '../../ui/Actions';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Remote';
import { RemoveDialog } from '../../ui/RemoveDialog';
import { words as shared } from '../../ui/words';
import { FilesPanel } from './FilesPanel';
import classes from './Messages.module.css';
import { ShareButton, Sharing } from './Share';
import { owns, useIsMine, writes } from './sharing';
import { words } from './words';

interface Props {
  session: SessionDetail;
  /** What the running answer holds; null when nothing runs. */
  held: string | null;
}

export function SessionBar({ session, held }: Props) {
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const close = () => setDialog(null);
  const mine = useIsMine(session);
  return (
    <div className={classes.bar}>
      <div className={classes.facts}>
        <Text size="sm" c="dimmed" data-testid="session-total">
          {words.total(session.credits)} · {held === null ? words.idle : words.working(held)}
        </Text>
        <Sharing session={session} mine={mine} />
        {session.allow_up_to === null ? null : (
          <Text size="sm" c="dimmed" data-testid="session-allowed">
            {words.allowed(session.allow_up_to)}
          </Text>
        )}
      </div>
      <FilesPanel files={session.files} />
      <ShareButton session={session} />
      {writes(session) ? <BarMenu session={session} choose={setDialog} /> : null}
      {dialog === 'rename' ? <RenameDialog session={session} close={close} /> : null}
      {dialog === 'delete' ? <DeleteDialog session={session} close={close} /> : null}
    </div>
  );
}

interface MenuProps {
  session: Session;
  choose: (dialog: 'rename' | 'delete') => void;
}

function BarMenu({ session, choose }: MenuProps) {
  const [menu, setMenu] = useState(false);
  const rename = { label: words.rename, icon: IconPencil, run: () => choose('rename') };
  const remove = { label: words.remove, icon: IconTrash, run: () => choose('delete') };
  const label = owns(session) ? words.menu : words.renameMenu;
  return (
    <Actions
      label={label}
      position="bottom-end"
      width={180}
      opened={menu}
      setOpened={setMenu}
      actions={owns(session) ? [rename, remove] : [rename]}
    >
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={label}
        onClick={() => setMenu(!menu)}
      >
        <IconDots size={20} aria-hidden />
      </ActionIcon>
    </Actions>
  );
}

interface DialogProps {
  session: Session;
  close: () => void;
}

function RenameDialog({ session, close }: DialogProps) {
  const queries = useQueryClient();
  const [title, setTitle] = useState(session.title);
  const rename = useMutation({
    mutationFn: () => call(renameSession({ path: { id: session.id }, body: { title: title.trim() } })),
    onSuccess: (renamed) => {
      queries.setQueryData(sessionQuery(session.id).queryKey, (before) =>
        before ? { ...before, ...renamed } : undefined,
      );
      void queries.invalidateQueries({ queryKey: ['sessions'] });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <Dialog close={close} title={words.renameTitle}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {rename.error ? <Failure text={words.failed} error={rename.error} /> : null}
          <TextInput
            label={words.titleLabel}
            value={title}
            maxLength={120}
            data-autofocus
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {shared.cancel}
            </Button>
            <Button type="submit" loading={rename.isPending} disabled={title.trim() === ''}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ session, close }: DialogProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => call(deleteSession({ path: { id: session.id } })),
    onSuccess: async () => {
      await navigate({ to: '/sessions' });
      queries.removeQueries({ queryKey: ['session', session.id] });
      void queries.invalidateQueries({ queryKey: ['sessions'] });
      announce(words.removed);
    },
  });
  return (
    <RemoveDialog
      title={words.removeTitle}
      text={words.removeText}
      yes={words.removeYes}
      failed={words.failed}
      remove={remove}
      close={close}
    />
  );
}

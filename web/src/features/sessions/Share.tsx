/** With whom a session is shared: the button over the session, and the dialog behind it. */
import { Button, CloseButton, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type SessionAccess, type SessionDetail, type Share, setShares } from '../../api/gen';
import { call } from '../../api/problem';
import { membersQuery, sharesQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { Dialog } from '../../ui/Dialog';
import { Failure, Remote } from '../../ui/Remote';
import { words as common } from '../../ui/words';
import { accesses, owns } from './sharing';
import classes from './Share.module.css';
import { shareWords as words } from './words';

export function ShareButton({ session }: { session: SessionDetail }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        flex="none"
        px={10}
        leftSection={<IconUsers size={17} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        {owns(session) ? words.share : words.people}
      </Button>
      {opened ? <ShareDialog session={session} close={() => setOpened(false)} /> : null}
    </>
  );
}

interface Props {
  session: SessionDetail;
  close: () => void;
}

function ShareDialog({ session, close }: Props) {
  const shares = useQuery(sharesQuery(session.id));
  return (
    <Dialog title={owns(session) ? words.title : words.peopleTitle} close={close}>
      <Remote query={shares} what={words.what}>
        {({ data }) =>
          owns(session) ? (
            <ShareForm session={session} shares={data} close={close} />
          ) : (
            <People session={session} shares={data} />
          )
        }
      </Remote>
    </Dialog>
  );
}

/** A person in the list while it is changed. */
interface Row {
  id: string;
  name: string;
  email: string;
  access: SessionAccess;
}

const rowOf = ({ user, access }: Share): Row => ({ ...user, access });

function ShareForm({ session, shares, close }: Props & { shares: readonly Share[] }) {
  const [rows, setRows] = useState<readonly Row[]>(() => shares.map(rowOf));
  const save = useSave(session.id, close);
  const put = (row: Row, access: SessionAccess) =>
    setRows(rows.map((one) => (one.id === row.id ? { ...one, access } : one)));
  return (
    <Stack gap="md">
      {save.error ? <Failure text={words.failed} error={save.error} /> : null}
      <Text size="sm">{words.about}</Text>
      <ul className={classes.list} aria-label={words.list}>
        <Author session={session} />
        {rows.map((row) => (
          <li key={row.id} className={classes.row}>
            <Name row={row} />
            <NativeSelect
              size="sm"
              w={132}
              aria-label={words.accessOf(row.name)}
              value={row.access}
              data={accesses.map((value) => ({ value, label: words.accesses[value] }))}
              onChange={(event) => {
                const next = accesses.find((value) => value === event.currentTarget.value);
                if (next) put(row, next);
              }}
            />
            <CloseButton
              aria-label={words.removeLabel(row.name)}
              onClick={() => setRows(rows.filter(({ id }) => id !== row.id))}
            />
          </li>
        ))}
      </ul>
      <AddPerson session={session} rows={rows} add={(row) => setRows([...rows, row])} />
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {common.cancel}
        </Button>
        <Button loading={save.isPending} onClick={() => save.mutate(rows)}>
          {words.save}
        </Button>
      </Group>
    </Stack>
  );
}

function useSave(id: string, close: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (rows: readonly Row[]) => {
      const data = rows.map((row) => ({ user_id: row.id, access: row.access }));
      return call(setShares({ path: { id }, body: { data } }));
    },
    onSuccess: (list) => {
      queries.setQueryData(sharesQuery(id).queryKey, list);
      for (const noun of ['session', 'sessions']) {
        void queries.invalidateQueries({ queryKey: [noun] });
      }
      announce(words.saved(list.data.length));
      close();
    },
  });
}

interface AddProps {
  session: SessionDetail;
  rows: readonly Row[];
  add: (row: Row) => void;
}

// Whom it is shared with already is not offered again.
function AddPerson({ session, rows, add }: AddProps) {
  const members = useQuery(membersQuery).data?.data ?? [];
  const there = new Set([session.owner.id, ...rows.map(({ id }) => id)]);
  const others = members.filter(({ user_id: id }) => !there.has(id));
  if (others.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {words.nobodyElse}
      </Text>
    );
  }
  return (
    <NativeSelect
      label={words.add}
      value=""
      data={[
        { value: '', label: words.choose },
        ...others.map(({ user_id: value, name }) => ({ value, label: name })),
      ]}
      onChange={(event) => {
        const chosen = others.find(({ user_id: id }) => id === event.currentTarget.value);
        if (!chosen) return;
        const { user_id: id, name, email } = chosen;
        add({ id, name, email, access: 'view' });
      }}
    />
  );
}

function People({ session, shares }: { session: SessionDetail; shares: readonly Share[] }) {
  return (
    <Stack gap="md">
      <Text size="sm">{words.about}</Text>
      <ul className={classes.list} aria-label={words.list}>
        <Author session={session} />
        {shares.map(rowOf).map((row) => (
          <li key={row.id} className={classes.row}>
            <Name row={row} />
            <Text size="sm">{words.accesses[row.access]}</Text>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

function Author({ session }: { session: SessionDetail }) {
  return (
    <li className={classes.row}>
      <span className={classes.name}>{session.owner.name}</span>
      <Text size="sm">{words.owner}</Text>
    </li>
  );
}

function Name({ row }: { row: Row }) {
  return (
    <span className={classes.name}>
      {row.name}
      <Text size="sm" c="dimmed" component="span" className={classes.email}>
        {row.email}
      </Text>
    </span>
  );
}

/** Who sees the session, in one line. */
export function Sharing({ session, mine }: { session: SessionDetail; mine: boolean }) {
  const shares = useQuery({ ...sharesQuery(session.id), enabled: mine && session.shared });
  const count = shares.data?.data.length;
  const text = () => {
    if (!mine) return words.sharedBy(session.owner.name);
    if (!session.shared) return words.onlyYou;
    return count === undefined ? words.shared : words.sharedWith(count);
  };
  return (
    <Text size="sm" c="dimmed" data-testid="session-sharing">
      {text()}
    </Text>
  );
}

/** Who draws on the pool, and who is invited to. */
import { Badge, Button, Group, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../../api/gen';
import { membersQuery } from '../../api/queries';
import { anyOf } from '../../credits/words';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { useMe } from '../../ui/me';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { Invitations } from './Invitations';
import { InviteDialog } from './InviteDialog';
import { RemoveMember } from './RemoveMember';
import { words } from './words';

export function TeamScreen() {
  const { role, user } = useMe();
  const owner = role === 'owner';
  const query = useQuery(membersQuery);
  const dates = useDates();
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);
  return (
    <Page title={words.title}>
      <Section
        title={words.members}
        description={words.lead}
        flush
        actions={
          owner ? (
            <Button
              leftSection={<IconUserPlus size={17} aria-hidden />}
              onClick={() => setInviting(true)}
            >
              {words.invite}
            </Button>
          ) : null
        }
      >
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ data }) => (
            <>
              <DataTable
                caption={words.members}
                columns={columns(dates, user.id, owner ? setRemoving : null)}
                rows={data}
                rowKey={({ user_id: id }) => id}
              />
              {owner ? null : <Owners members={data} />}
            </>
          )}
        </Remote>
      </Section>
      {owner ? <Invitations /> : null}
      {inviting ? <InviteDialog close={() => setInviting(false)} /> : null}
      {removing ? <RemoveMember member={removing} close={() => setRemoving(null)} /> : null}
    </Page>
  );
}

function Owners({ members }: { members: Member[] }) {
  const names = members.filter(({ role }) => role === 'owner').map(({ name }) => name);
  return (
    <Text size="sm" c="dimmed" px={24} py={12}>
      {words.owners(anyOf(names))}
    </Text>
  );
}

function columns(
  dates: Dates,
  myId: string,
  remove: ((member: Member) => void) | null,
): Column<Member>[] {
  const all: Column<Member>[] = [
    {
      label: words.columns.name,
      main: true,
      cell: ({ name, user_id: id }) => (id === myId ? `${name} (${words.you})` : name),
    },
    { label: words.columns.email, cell: ({ email }) => email },
    {
      label: words.columns.role,
      cell: ({ role, billing_access: billing }) => (
        <Group gap={6} component="span" wrap="nowrap">
          <Badge color={role === 'owner' ? 'indigo' : 'gray'}>{words.roles[role] ?? role}</Badge>
          {billing ? <Badge color="green">{words.billing}</Badge> : null}
        </Group>
      ),
    },
    { label: words.columns.joined, cell: ({ joined_at: at }) => dates.day(at) },
  ];
  if (!remove) return all;
  return [...all, removeColumn(remove)];
}

function removeColumn(remove: (member: Member) => void): Column<Member> {
  return {
    label: words.columns.actions,
    end: true,
    bare: true,
    cell: (member) =>
      member.role === 'owner' ? null : (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={words.removeLabel(member.name)}
          onClick={() => remove(member)}
        >
          {words.remove}
        </Button>
      ),
  };
}

/** The members with what may be done about each; the server says of every one what that is. */
import { Badge, Button, NativeSelect, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import type { Member, Role } from '../../api/gen';
import { formatCredits } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { LeaveDialog } from './LeaveDialog';
import { RemoveMember } from './RemoveMember';
import { type ChangeMember, useChangeMember } from './useChangeMember';
import { words } from './words';

export function Members({ members }: { members: Member[] }) {
  const { user } = useMe();
  const dates = useDates();
  const change = useChangeMember();
  const [removing, setRemoving] = useState<Member | null>(null);
  const close = () => setRemoving(null);
  const look: Look = { dates, myId: user.id, change, remove: setRemoving };
  return (
    <>
      {change.error ? <Failure text={words.failed} error={change.error} /> : null}
      <DataTable
        caption={words.members}
        wide
        columns={columns(look, members)}
        rows={members}
        rowKey={({ user_id: id }) => id}
      />
      {removing && removing.user_id !== user.id ? (
        <RemoveMember member={removing} close={close} />
      ) : null}
      {removing && removing.user_id === user.id ? <LeaveDialog close={close} /> : null}
    </>
  );
}

interface Look {
  dates: Dates;
  myId: string;
  change: ChangeMember;
  remove: (member: Member) => void;
}

function columns(look: Look, members: Member[]): Column<Member>[] {
  const { dates, myId, change } = look;
  // Given only to people with billing access.
  const counted = members.some(({ credits_this_period: credits }) => credits !== null);
  const credits: Column<Member> = {
    label: words.columns.credits,
    end: true,
    cell: ({ credits_this_period: used }) => (used === null ? '—' : formatCredits(used)),
  };
  return [
    { label: words.columns.name, main: true, cell: (member) => <Name member={member} myId={myId} /> },
    {
      label: words.columns.role,
      cell: (member) => <RoleOf member={member} change={change} />,
    },
    {
      label: words.columns.billing,
      cell: (member) => <BillingMark member={member} change={change} />,
    },
    { label: words.columns.joined, word: true, cell: ({ joined_at: at }) => dates.day(at) },
    {
      label: words.columns.active,
      word: true,
      cell: ({ last_active_at: at }) => (at === null ? words.never : dates.moment(at)),
    },
    ...(counted ? [credits] : []),
    {
      label: words.columns.actions,
      end: true,
      bare: true,
      cell: (member) => <Leaving member={member} look={look} />,
    },
  ];
}

function Name({ member: { name, email, user_id: id }, myId }: { member: Member; myId: string }) {
  return (
    <Stack gap={1} component="span">
      <span>{id === myId ? `${name} (${words.you})` : name}</span>
      <Text span size="xs" c="dimmed">
        {email}
      </Text>
    </Stack>
  );
}

interface CellProps {
  member: Member;
  change: ChangeMember;
}

const given: readonly Role[] = ['admin', 'member', 'viewer'];

function RoleOf({ member, change }: CellProps) {
  const { user_id: id, name, role, can } = member;
  if (!can.change_role) {
    return <Badge color={role === 'owner' ? 'indigo' : 'gray'}>{words.roles[role]}</Badge>;
  }
  const asked = change.asked?.id === id ? change.asked.body.role : undefined;
  return (
    <NativeSelect
      size="sm"
      w={124}
      aria-label={words.roleOf(name)}
      value={asked ?? role}
      disabled={change.asked?.id === id}
      data={given.map((value) => ({ value, label: words.roles[value] }))}
      onChange={(event) => {
        const next = given.find((value) => value === event.currentTarget.value);
        if (next) change.send({ id, name, body: { role: next } });
      }}
    />
  );
}

function BillingMark({ member, change }: CellProps) {
  const { user_id: id, name, billing_access: has, billing_admin: marked, can } = member;
  if (!can.mark_billing) return has ? <Badge color="green">{words.billing}</Badge> : words.noBilling;
  const asked = change.asked?.id === id ? change.asked.body.billing_admin : undefined;
  return (
    <Switch
      aria-label={words.billingOf(name)}
      checked={asked ?? marked}
      disabled={change.asked?.id === id}
      onChange={(event) =>
        change.send({ id, name, body: { billing_admin: event.currentTarget.checked } })
      }
    />
  );
}

function Leaving({ member, look }: { member: Member; look: Look }) {
  if (!member.can.remove) return null;
  const mine = member.user_id === look.myId;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={mine ? words.leaveLabel : words.removeLabel(member.name)}
      onClick={() => look.remove(member)}
    >
      {mine ? words.leave : words.remove}
    </Button>
  );
}

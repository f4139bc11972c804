/** The invitations made here: what became of their mail; an open one can be resent and revoked. */
import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import {
  type Delivery,
  type Invitation,
  type InvitationCreated,
  type InvitationList,
  resendInvitation,
  revokeInvitation,
} from '../../api/gen';
import { call } from '../../api/problem';
import { invitationsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Padded } from '../../ui/Padded';
import { Empty, Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { InvitationLink } from './InvitationLink';
import { inviteWords as words, words as team } from './words';

const LOOK_MS = 3_000;

export function Invitations() {
  const query = useQuery({
    ...invitationsQuery,
    // What became of a mail is told by no event.
    refetchInterval: ({ state: { data } }) => (isSending(data) ? LOOK_MS : false),
  });
  const acts = useActs();
  const dates = useDates();
  return (
    <Section title={words.pending} flush>
      {acts.error ? <Failure text={team.failed} error={acts.error} /> : null}
      <Remote query={query} what={words.what} skeleton={<Padded />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty text={words.none} />
          ) : (
            <DataTable
              caption={words.pending}
              wide
              columns={columns(dates, acts)}
              rows={data}
              rowKey={({ id }) => id}
            />
          )
        }
      </Remote>
      {acts.made?.url ? (
        <InvitationLink url={acts.made.url} expires={acts.made.expires_at} close={acts.close} />
      ) : null}
    </Section>
  );
}

function isSending(list: InvitationList | undefined): boolean {
  return list?.data.some((one) => one.state === 'pending' && one.delivery === 'pending') ?? false;
}

type Acts = ReturnType<typeof useActs>;

function useActs() {
  const queries = useQueryClient();
  const [made, setMade] = useState<InvitationCreated | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: ['invitations'] });
  const revoke = useMutation({
    mutationFn: (id: string) => call(revokeInvitation({ path: { id } })),
    onSuccess: async () => {
      await again();
      announce(words.revoked);
    },
  });
  const resend = useMutation({
    mutationFn: (id: string) => call(resendInvitation({ path: { id } })),
    onSuccess: async (sent) => {
      setMade(sent);
      await again();
      if (sent.url === null) announce(words.sent(sent.email ?? ''));
    },
  });
  return {
    made,
    close: () => setMade(null),
    error: revoke.error ?? resend.error,
    revoke: (id: string) => revoke.mutate(id),
    resend: (id: string) => resend.mutate(id),
  };
}

const whom = ({ email }: Invitation) => email ?? words.anybody;

const tones: Record<Delivery, string> = {
  none: 'gray',
  pending: 'blue',
  sent: 'green',
  failed: 'red',
};

function columns(dates: Dates, acts: Acts): Column<Invitation>[] {
  return [
    { label: words.columns.whom, main: true, cell: whom },
    { label: words.columns.role, word: true, cell: ({ role }) => team.roles[role] },
    { label: words.columns.state, word: true, cell: ({ state }) => words.states[state] },
    {
      label: words.columns.delivery,
      word: true,
      cell: ({ delivery }) => (
        <Badge color={tones[delivery]} miw="max-content">
          {words.deliveries[delivery]}
        </Badge>
      ),
    },
    { label: words.columns.expires, word: true, cell: ({ expires_at: at }) => dates.moment(at) },
    { label: words.columns.by, cell: ({ invited_by: name }) => name },
    {
      label: words.columns.actions,
      end: true,
      bare: true,
      cell: (invitation) => (
        <Group gap={8} justify="flex-end" component="span">
          <Resend key={invitation.resend_at} invitation={invitation} resend={acts.resend} />
          {invitation.state === 'pending' ? (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.revokeLabel(whom(invitation))}
              onClick={() => acts.revoke(invitation.id)}
            >
              {words.revoke}
            </Button>
          ) : null}
        </Group>
      ),
    },
  ];
}

interface ResendProps {
  invitation: Invitation;
  resend: (id: string) => void;
}

function Resend({ invitation, resend }: ResendProps) {
  const dates = useDates();
  const { id, email, resend_at: at } = invitation;
  const early = useEarly(at);
  if (at === null) return null;
  const label = email === null ? words.newLinkLabel : words.resendLabel;
  return (
    <>
      {early ? (
        <Text span size="xs" c="dimmed">
          {words.resendFrom(dates.time(at))}
        </Text>
      ) : null}
      <Button
        size="compact-sm"
        variant="default"
        disabled={early}
        aria-label={label(whom(invitation))}
        onClick={() => resend(id)}
      >
        {email === null ? words.newLink : words.resend}
      </Button>
    </>
  );
}

/** Is `at` still to come? Ends by itself when it is there. */
function useEarly(at: string | null): boolean {
  const [early, setEarly] = useState(() => at !== null && Date.parse(at) > Date.now());
  useEffect(() => {
    if (!early || at === null) return undefined;
    const timer = setTimeout(() => setEarly(false), Date.parse(at) - Date.now());
    return () => clearTimeout(timer);
  }, [early, at]);
  return early;
}

/** The invitations made here; an open one can be revoked. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Invitation, revokeInvitation } from '../../api/gen';
import { call } from '../../api/problem';
import { invitationsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Padded } from '../../ui/Padded';
import { Empty, Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words } from './words';

export function Invitations() {
  const query = useQuery(invitationsQuery);
  const queries = useQueryClient();
  const dates = useDates();
  const revoke = useMutation({
    mutationFn: (id: string) => call(revokeInvitation({ path: { id } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['invitations'] });
      announce(words.revoked);
    },
  });
  return (
    <Section title={words.pending} flush>
      {revoke.error ? <Failure text={words.failed} error={revoke.error} /> : null}
      <Remote query={query} what={words.pendingWhat} skeleton={<Padded />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty text={words.noPending} />
          ) : (
            <DataTable
              caption={words.pending}
              columns={columns(dates, (id) => revoke.mutate(id))}
              rows={data}
              rowKey={({ id }) => id}
            />
          )
        }
      </Remote>
    </Section>
  );
}

function columns(dates: Dates, revoke: (id: string) => void): Column<Invitation>[] {
  return [
    {
      label: words.invitation.state,
      main: true,
      cell: ({ state }) => words.states[state] ?? state,
    },
    { label: words.invitation.role, cell: ({ role }) => words.roles[role] ?? role },
    { label: words.invitation.by, cell: ({ invited_by: name }) => name },
    { label: words.invitation.made, cell: ({ created_at: at }) => dates.moment(at) },
    { label: words.invitation.expires, cell: ({ expires_at: at }) => dates.moment(at) },
    {
      label: words.invitation.actions,
      end: true,
      bare: true,
      cell: ({ id, state, created_at: at }) =>
        state === 'pending' ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={words.revokeLabel(dates.moment(at))}
            onClick={() => revoke(id)}
          >
            {words.revoke}
          </Button>
        ) : null,
    },
  ];
}

/** One's own logins, each of which can be ended. */
import { Badge, Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { endLogin, type Login } from '../../api/gen';
import { call } from '../../api/problem';
import { loginsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Padded } from '../../ui/Padded';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { browserName } from './browser-name';
import { words } from './words';

export function Logins() {
  const query = useQuery(loginsQuery);
  const queries = useQueryClient();
  const dates = useDates();
  const end = useMutation({
    mutationFn: (id: string) => call(endLogin({ path: { id } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['logins'] });
      announce(words.ended);
    },
  });
  return (
    <Section title={words.logins} description={words.loginsLead} flush>
      {end.error ? <Failure text={words.failed} error={end.error} /> : null}
      <Remote query={query} what={words.loginsWhat} skeleton={<Padded />}>
        {({ data }) => (
          <DataTable
            caption={words.logins}
            columns={columns(dates, (id) => end.mutate(id))}
            rows={data}
            rowKey={({ id }) => id}
          />
        )}
      </Remote>
    </Section>
  );
}

const where = (login: Login) => browserName(login.user_agent) ?? words.unknownBrowser;

function columns(dates: Dates, end: (id: string) => void): Column<Login>[] {
  return [
    {
      label: words.columns.where,
      main: true,
      cell: (login) => (
        <Group gap={8} component="span">
          {where(login)}
          {login.current ? <Badge color="green">{words.here}</Badge> : null}
        </Group>
      ),
    },
    { label: words.columns.since, cell: ({ created_at: at }) => dates.moment(at) },
    { label: words.columns.seen, cell: ({ last_seen_at: at }) => dates.moment(at) },
    {
      label: words.columns.actions,
      end: true,
      bare: true,
      cell: (login) =>
        login.current ? null : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={words.endLabel(where(login))}
            onClick={() => end(login.id)}
          >
            {words.end}
          </Button>
        ),
    },
  ];
}

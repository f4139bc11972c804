/** All sessions, newest first, each with what it has used. */
import { Badge, Group } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Session } from '../../api/gen';
import { sessionPages } from '../../api/queries';
import { formatCredits } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { useInstance } from '../../ui/instance';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { LoadMore } from '../../ui/LoadMore';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Empty, Remote } from '../../ui/Remote';
import { Only } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { shareWords, words } from './words';

const PAGE = 30;

export function SessionsScreen() {
  const { agent_name: agent } = useInstance();
  const query = useInfiniteQuery(sessionPages(PAGE));
  const dates = useDates();
  return (
    <Page title={words.title}>
      <Section title={words.list} flush actions={start(words.newSession)}>
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) {
              return (
                <Empty text={words.none(agent)} action={start(words.start)} />
              );
            }
            return (
              <>
                <DataTable
                  caption={words.title}
                  columns={columns(dates)}
                  rows={rows}
                  rowKey={({ id }) => id}
                />
                <LoadMore query={query} />
              </>
            );
          }}
        </Remote>
      </Section>
    </Page>
  );
}

function start(text: string) {
  return (
    <Only right="start_work">
      <ButtonTo to="/">{text}</ButtonTo>
    </Only>
  );
}

function columns(dates: Dates): Column<Session>[] {
  return [
    {
      label: words.columns.title,
      main: true,
      cell: (session) => (
        <Group gap={8} component="span">
          <LinkTo to="/sessions/$sessionId" params={{ sessionId: session.id }} fw={550}>
            {session.title || words.untitled}
          </LinkTo>
          {session.running_run_id ? <Badge color="blue">{words.running}</Badge> : null}
          {session.shared ? <Badge color="gray">{shareWords.shared}</Badge> : null}
        </Group>
      ),
    },
    { label: words.columns.owner, cell: ({ owner }) => owner.name },
    { label: words.columns.updated, cell: ({ updated_at: at }) => dates.moment(at) },
    { label: words.columns.credits, end: true, cell: ({ credits }) => formatCredits(credits) },
  ];
}

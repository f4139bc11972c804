/** All schedules of the organization: what runs when, how it went, and what it comes to. */
import { Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schedule } from '../../api/gen';
import { schedulesQuery } from '../../api/queries';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Empty, Remote } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { StateMark } from '../runs/StateMark';
import { ReadOnly } from '../team/ReadOnly';
import { ScheduleMark } from './ScheduleMark';
import classes from './Schedules.module.css';
import { words } from './words';

export function SchedulesScreen() {
  // It moves on by itself at each of its times.
  const query = useQuery({ ...schedulesQuery, refetchInterval: 60_000 });
  const dates = useDates();
  const works = useRight('start_work');
  return (
    <Page title={words.title} width="wide">
      {works ? null : <ReadOnly to="schedule" />}
      <Section
        title={words.title}
        description={words.lead}
        flush
        actions={
          works ? (
            <ButtonTo to="/schedules/new" search={{}} leftSection={<IconPlus size={17} aria-hidden />}>
              {words.create}
            </ButtonTo>
          ) : null
        }
      >
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty text={words.none} />
            ) : (
              // Between a phone and a wide screen it scrolls inside itself, by keyboard too.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              <section className={classes.table} aria-label={words.table} tabIndex={0}>
                <DataTable
                  caption={words.title}
                  columns={columns(dates)}
                  rows={data}
                  rowKey={({ id }) => id}
                />
              </section>
            )
          }
        </Remote>
      </Section>
    </Page>
  );
}

function columns(dates: Dates): Column<Schedule>[] {
  return [
    {
      label: words.columns.name,
      main: true,
      cell: ({ id, name }) => (
        <LinkTo
          to="/schedules/$scheduleId"
          params={{ scheduleId: id }}
          fw={550}
          className={classes.word}
        >
          {name}
        </LinkTo>
      ),
    },
    {
      label: words.columns.what,
      cell: (schedule) => (
        <Two first={schedule.subject_name} second={words.kinds[schedule.kind] ?? schedule.kind} />
      ),
    },
    {
      label: words.columns.next,
      cell: ({ next_runs: [next], zone }) =>
        next ? <Two first={next.text} second={zone} /> : words.noNext,
    },
    {
      label: words.columns.last,
      cell: ({ last_run: run }) =>
        run === null ? (
          words.neverRun
        ) : (
          <Stack gap={3} align="flex-start" component="span">
            <StateMark state={run.state} />
            <LinkTo to="/runs/$runId" params={{ runId: run.id }} size="sm">
              {dates.moment(run.created_at)}
            </LinkTo>
          </Stack>
        ),
    },
    {
      label: words.columns.usual,
      cell: ({ usual, projected_month: month }) => (
        <Two
          first={usual ? words.usual(usual.low, usual.high) : words.unknownCost}
          second={month === null ? words.noMonth : words.aMonth(month)}
        />
      ),
    },
    {
      label: words.columns.state,
      cell: ({ state, note }) => (
        <Stack gap={3} align="flex-start" component="span">
          <ScheduleMark state={state} />
          {note === null ? null : (
            <Text span size="xs" c="dimmed" ta="left">
              {note}
            </Text>
          )}
        </Stack>
      ),
    },
  ];
}

function Two({ first, second }: { first: string; second: string }) {
  return (
    <Stack gap={1} component="span">
      <span className={classes.word}>{first}</span>
      <Text span size="xs" c="dimmed">
        {second}
      </Text>
    </Stack>
  );
}

/** All workflows of the organization. */
import { Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schedule, WorkflowSummary } from '../../api/gen';
import { schedulesQuery, workflowsQuery } from '../../api/queries';
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
import { words } from './words';
import classes from './Workflows.module.css';

export function WorkflowsScreen() {
  const query = useQuery(workflowsQuery);
  // Without them the list is still of use.
  const schedules = useQuery(schedulesQuery).data?.data ?? [];
  const dates = useDates();
  const works = useRight('start_work');
  const create = works ? (
    <ButtonTo to="/workflows/new" leftSection={<IconPlus size={17} aria-hidden />}>
      {words.create}
    </ButtonTo>
  ) : null;
  return (
    <Page title={words.title} width="wide">
      {works ? null : <ReadOnly to="build" />}
      <Section title={words.title} description={words.lead} flush actions={create}>
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty text={words.none} />
            ) : (
              <DataTable
                caption={words.title}
                columns={columns(dates, schedules)}
                rows={data}
                rowKey={({ id }) => id}
              />
            )
          }
        </Remote>
      </Section>
    </Page>
  );
}

function columns(dates: Dates, schedules: readonly Schedule[]): Column<WorkflowSummary>[] {
  return [
    {
      label: words.columns.name,
      main: true,
      cell: ({ id, name }) => (
        <LinkTo to="/workflows/$workflowId" params={{ workflowId: id }} search={{}} fw={550} className={classes.word}>
          {name}
        </LinkTo>
      ),
    },
    { label: words.columns.steps, end: true, cell: ({ steps }) => steps },
    {
      label: words.columns.lastRun,
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
      cell: ({ usual }) => (usual ? words.usual(usual.low, usual.high) : words.unknownCost),
    },
    {
      label: words.columns.schedule,
      cell: ({ id }) => (
        <Schedules all={schedules.filter(({ kind, subject }) => kind === 'workflow' && subject === id)} />
      ),
    },
    { label: words.columns.owner, cell: ({ owner }) => owner },
  ];
}

function Schedules({ all }: { all: readonly Schedule[] }) {
  const [first] = all;
  if (!first) {
    return (
      <Text span size="sm" c="dimmed">
        {words.noSchedule}
      </Text>
    );
  }
  if (all.length > 1) {
    return (
      <LinkTo to="/schedules" size="sm">
        {words.schedules(all.length)}
      </LinkTo>
    );
  }
  return (
    <LinkTo to="/schedules/$scheduleId" params={{ scheduleId: first.id }} size="sm">
      {first.rule_text}
    </LinkTo>
  );
}

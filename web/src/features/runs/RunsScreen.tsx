/** One list for everything that ran; the filters live in the address. */
import { Box, Button, Group, VisuallyHidden } from '@mantine/core';
import {
  IconBrowser,
  IconClockCog,
  IconDownload,
  IconMessage,
  IconRoute,
  IconSparkles,
  IconWand,
} from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { RunKind, RunSummary } from '../../api/gen';
import { runPages } from '../../api/queries';
import { formatCredits } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { LoadMore } from '../../ui/LoadMore';
import { useMe } from '../../ui/me';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Empty, Remote } from '../../ui/Remote';
import { Only } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { exportAddress, filterOf, isFiltered, type RunsSearch } from './filter';
import { RunFilters } from './RunFilters';
import { runDuration, runTitle, startedBy } from './run-text';
import { StateMark } from './StateMark';
import { words } from './words';

const icons: Record<RunKind, typeof IconWand> = {
  message: IconMessage,
  tool: IconWand,
  workflow: IconRoute,
  browser: IconBrowser,
  background: IconSparkles,
};

export function RunsScreen() {
  const search = useSearch({ from: '/app/runs' });
  const query = useInfiniteQuery(runPages(filterOf(search)));
  const dates = useDates();
  return (
    <Page title={words.title} width="wide">
      <Section
        title={words.list}
        description={words.lead}
        actions={<Export search={search} />}
        flush
      >
        <Box px={{ base: 16, sm: 24 }} pb="md" pt={4}>
          <RunFilters search={search} />
        </Box>
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <NoRuns filtered={isFiltered(search)} />;
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

// The browser saves it itself, however long it is.
function Export({ search }: { search: RunsSearch }) {
  const { billing_access: billingAccess } = useMe();
  if (!billingAccess) return null;
  return (
    <Button
      component="a"
      href={exportAddress(search)}
      download
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
    >
      {words.exportCsv}
    </Button>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <Empty
        text={words.noneFiltered}
        action={
          <ButtonTo to="/runs" search={{}} variant="default">
            {words.showAll}
          </ButtonTo>
        }
      />
    );
  }
  const start = (
    <Only right="start_work">
      <ButtonTo to="/">{words.start}</ButtonTo>
    </Only>
  );
  return <Empty text={words.none} action={start} />;
}

function What({ run }: { run: RunSummary }) {
  const Icon = icons[run.kind];
  return (
    <Group gap={9} wrap="nowrap" component="span">
      <Icon size={18} stroke={1.7} aria-hidden style={flexNone} />
      <VisuallyHidden>{words.kinds[run.kind]}</VisuallyHidden>
      <LinkTo to="/runs/$runId" params={{ runId: run.id }} fw={550} lineClamp={2}>
        {runTitle(run)}
      </LinkTo>
    </Group>
  );
}

const oneLine = { whiteSpace: 'nowrap' } as const;
const flexNone = { flex: 'none' } as const;

function Who({ run }: { run: RunSummary }) {
  if (run.trigger === 'person') return startedBy(run);
  const Icon = run.trigger === 'schedule' ? IconClockCog : IconSparkles;
  return (
    <Group gap={7} wrap="nowrap" component="span" display="inline-flex">
      <Icon size={16} stroke={1.7} aria-hidden style={flexNone} />
      <span>{startedBy(run)}</span>
    </Group>
  );
}

function columns(dates: Dates): Column<RunSummary>[] {
  return [
    { label: words.columns.what, main: true, cell: (run) => <What run={run} /> },
    { label: words.columns.when, cell: ({ created_at: at }) => dates.moment(at) },
    { label: words.columns.who, cell: (run) => <Who run={run} /> },
    { label: words.columns.state, cell: ({ state }) => <StateMark state={state} /> },
    { label: words.columns.duration, cell: (run) => <span style={oneLine}>{runDuration(run)}</span> },
    {
      label: words.columns.credits,
      end: true,
      cell: (run) => (
        <LinkTo to="/runs/$runId/receipt" params={{ runId: run.id }} c="inherit" underline="hover">
          {formatCredits(run.credits)}
        </LinkTo>
      ),
    },
  ];
}

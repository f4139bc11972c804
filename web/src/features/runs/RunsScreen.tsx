/** One list for everything that ran; the filter lives in the address. */
import { NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { RunSummary } from '../../api/gen';
import { runPages } from '../../api/queries';
import { formatCredits } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, durationText, useDates } from '../../ui/dates';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { LoadMore } from '../../ui/LoadMore';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Empty, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { StateMark } from './StateMark';
import { allRunStates, isRunState, runStates } from './states';
import { words } from './words';

export function RunsScreen() {
  const { state } = useSearch({ from: '/app/runs' });
  const query = useInfiniteQuery(runPages(state));
  const dates = useDates();
  return (
    <Page title={words.title} width="wide">
      <Section title={words.list} description={words.lead} flush actions={<StateFilter />}>
        <Remote query={query} what={words.what} skeleton={<Padded />}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <NoRuns filtered={state !== undefined} />;
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

function StateFilter() {
  const { state } = useSearch({ from: '/app/runs' });
  const navigate = useNavigate({ from: '/runs' });
  return (
    <NativeSelect
      aria-label={words.filter}
      data={[
        { value: '', label: words.all },
        ...allRunStates.map((value) => ({ value, label: runStates[value].word })),
      ]}
      value={state ?? ''}
      onChange={({ currentTarget: { value } }) =>
        void navigate({ search: isRunState(value) ? { state: value } : {} })
      }
    />
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
  return <Empty text={words.none} action={<ButtonTo to="/">{words.start}</ButtonTo>} />;
}

export function runDuration(run: RunSummary): string {
  if (!run.started_at) return words.notStarted;
  return run.ended_at ? durationText(run.started_at, run.ended_at) : words.notEnded;
}

function columns(dates: Dates): Column<RunSummary>[] {
  return [
    {
      label: words.columns.what,
      main: true,
      cell: (run) => (
        <LinkTo to="/runs/$runId" params={{ runId: run.id }} fw={550} lineClamp={2}>
          {run.title || words.untitled}
        </LinkTo>
      ),
    },
    { label: words.columns.when, cell: ({ created_at: at }) => dates.moment(at) },
    { label: words.columns.who, cell: ({ started_by: name }) => name },
    { label: words.columns.state, cell: ({ state }) => <StateMark state={state} /> },
    { label: words.columns.duration, cell: runDuration },
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

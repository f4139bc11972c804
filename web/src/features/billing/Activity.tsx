/** What happened to the pool's money and grants, newest first. */
import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Activity as Event } from '../../api/gen';
import { activityPages } from '../../api/queries';
import { formatCredits, formatMoney } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { LoadMore } from '../../ui/LoadMore';
import { Padded } from '../../ui/Padded';
import { Empty, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { words } from './words';

export function Activity() {
  const query = useInfiniteQuery(activityPages);
  const dates = useDates();
  return (
    <Section title={words.activity} flush>
      <Remote query={query} what={words.activityWhat} skeleton={<Padded />}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <Empty text={words.noActivity} />;
          return (
            <>
              <DataTable
                caption={words.activity}
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
  );
}

function columns(dates: Dates): Column<Event>[] {
  return [
    {
      label: words.columns.what,
      main: true,
      cell: ({ type, text }) => (
        <>
          {words.types[type] ?? type}
          <Text span display="block" size="xs" c="dimmed" fw={400}>
            {text}
          </Text>
        </>
      ),
    },
    { label: words.columns.when, cell: ({ at }) => dates.moment(at) },
    { label: words.columns.status, cell: ({ status }) => statusWord(status) },
    {
      label: words.columns.amount,
      end: true,
      cell: ({ amount }) => (amount ? formatMoney(amount) : '–'),
    },
    {
      label: words.columns.credits,
      end: true,
      cell: ({ credits }) => (credits == null ? '–' : formatCredits(credits)),
    },
  ];
}

function statusWord(status: string): string {
  const text = status.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

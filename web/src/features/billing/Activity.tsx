/** What happened to the pool's money and grants, newest first, of one type or of all. */
import { Anchor, NativeSelect, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Activity as Event, ActivityType } from '../../api/gen';
import { activityPages } from '../../api/queries';
import { formatMoney, formatShort } from '../../credits/amount';
import { type Column, DataTable, NOTHING } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { LoadMore } from '../../ui/LoadMore';
import { Padded } from '../../ui/Padded';
import { Empty, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { activityTypes, isActivityType } from './search';
import { activityWords as words } from './words';

export function Activity() {
  const { type } = useSearch({ from: '/app/billing' });
  const query = useInfiniteQuery(activityPages(type));
  const dates = useDates();
  return (
    <Section title={words.title} flush actions={<Filter type={type} />}>
      <Remote query={query} what={words.what} skeleton={<Padded />}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <Empty text={type ? words.noneOfType : words.none} />;
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
  );
}

function Filter({ type }: { type: ActivityType | undefined }) {
  const navigate = useNavigate({ from: '/billing' });
  return (
    <NativeSelect
      aria-label={words.filter}
      value={type ?? ''}
      data={[
        { value: '', label: words.all },
        ...activityTypes.map((value) => ({ value, label: words.types[value] })),
      ]}
      onChange={({ currentTarget: { value } }) =>
        void navigate({
          search: (before) => ({ ...before, type: isActivityType(value) ? value : undefined }),
          replace: true,
          resetScroll: false,
        })
      }
    />
  );
}

function columns(dates: Dates): Column<Event>[] {
  return [
    {
      label: words.columns.what,
      main: true,
      cell: ({ type, text }) => (
        <>
          {words.types[type]}
          <Text span display="block" size="xs" c="dimmed" fw={400}>
            {text}
          </Text>
        </>
      ),
    },
    { label: words.columns.when, cell: ({ at }) => dates.moment(at) },
    { label: words.columns.status, word: true, cell: ({ status }) => statusWord(status) },
    {
      label: words.columns.amount,
      end: true,
      cell: ({ amount }) => (amount ? formatMoney(amount) : NOTHING),
    },
    {
      label: words.columns.credits,
      end: true,
      cell: ({ credits }) => (credits == null ? NOTHING : formatShort(credits)),
    },
    {
      label: words.columns.receipt,
      end: true,
      cell: ({ receipt_url: url, text }) => paperLink(url, words.receipt, words.receiptOf(text)),
    },
  ];
}

/** A receipt or an invoice; it is a page of whoever moves the money. */
export function paperLink(url: string | null, label: string, name: string): ReactNode {
  if (url === null) return NOTHING;
  return (
    <Anchor href={url} target="_blank" rel="noopener" size="sm" aria-label={name}>
      {label}
    </Anchor>
  );
}

/** `insufficient_funds` as a person reads it. */
export function statusWord(status: string): string {
  const text = status.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Who did what in the organization, newest first, and the same as a file: for the owner. */
import { Button, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEntry } from '../../api/gen';
import { auditPages } from '../../api/queries';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { LinkTo } from '../../ui/LinkTo';
import { LoadMore } from '../../ui/LoadMore';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Empty, Remote } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { changeText } from './change';
import { words } from './words';

export function AuditScreen() {
  const owns = useRight('own');
  return (
    <Page title={words.title}>
      <LinkTo to="/settings" size="sm">
        {words.back}
      </LinkTo>
      {owns ? <Log /> : <Text>{words.onlyOwner}</Text>}
    </Page>
  );
}

function Log() {
  const query = useInfiniteQuery(auditPages());
  const dates = useDates();
  return (
    <Section title={words.title} description={words.lead} flush actions={<Download />}>
      <Remote query={query} what={words.what} skeleton={<Padded />}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return <Empty text={words.none} />;
          return (
            <>
              <DataTable
                caption={words.title}
                columns={columns(dates)}
                rows={rows}
                rowKey={({ position }) => String(position)}
              />
              <LoadMore query={query} />
            </>
          );
        }}
      </Remote>
    </Section>
  );
}

function Download() {
  return (
    <Button
      component="a"
      href="/api/v1/audit-log.csv"
      download
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
    >
      {words.download}
    </Button>
  );
}

function columns(dates: Dates): Column<AuditEntry>[] {
  return [
    {
      label: words.columns.what,
      main: true,
      cell: ({ text, target_name: name }) => (
        <>
          {text}
          {name === null ? null : (
            <Text span display="block" size="xs" c="dimmed" fw={400}>
              {name}
            </Text>
          )}
        </>
      ),
    },
    { label: words.columns.when, word: true, cell: ({ at }) => dates.moment(at) },
    { label: words.columns.who, cell: ({ actor }) => actor.name ?? words.gone },
    {
      label: words.columns.change,
      cell: ({ before, after }) => changeText(before, after) || '–',
    },
  ];
}

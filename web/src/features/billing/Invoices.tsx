/** What was billed for the plan, newest first. */
import { useQuery } from '@tanstack/react-query';
import type { Invoice } from '../../api/gen';
import { invoicesQuery } from '../../api/queries';
import { formatMoney } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Padded } from '../../ui/Padded';
import { Empty, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { paperLink, statusWord } from './Activity';
import { activityWords as words } from './words';

export function Invoices() {
  const query = useQuery(invoicesQuery);
  const dates = useDates();
  return (
    <Section title={words.invoices} description={words.invoicesLead} flush>
      <Remote query={query} what={words.invoicesWhat} skeleton={<Padded />}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty text={words.noInvoices} />
          ) : (
            <DataTable
              caption={words.invoices}
              columns={columns(dates)}
              rows={data}
              rowKey={({ id }) => id}
            />
          )
        }
      </Remote>
    </Section>
  );
}

function columns(dates: Dates): Column<Invoice>[] {
  return [
    { label: words.columns.what, main: true, cell: ({ text }) => text },
    { label: words.columns.when, cell: ({ at }) => dates.day(at) },
    { label: words.columns.status, word: true, cell: ({ status }) => statusWord(status) },
    { label: words.columns.amount, end: true, cell: ({ amount }) => formatMoney(amount) },
    {
      label: words.invoice,
      end: true,
      cell: ({ url, text }) => paperLink(url, words.invoice, words.invoiceOf(text)),
    },
  ];
}

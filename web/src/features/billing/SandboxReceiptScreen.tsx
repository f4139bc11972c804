/** The receipt of a payment in the sandbox, printable: what a provider’s own page would say. */
import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { SandboxReceipt, SandboxReceiptLine } from '../../api/gen';
import { sandboxPaymentQuery } from '../../api/queries';
import { formatMoney } from '../../credits/amount';
import { type Column, DataTable, NOTHING } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { useInstance } from '../../ui/instance';
import { Page } from '../../ui/Page';
import { Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { receiptWords as words } from './sandbox-words';

export function SandboxReceiptScreen() {
  const { paymentId } = useParams({ from: '/app/sandbox/receipt/$paymentId' });
  const query = useQuery(sandboxPaymentQuery(paymentId));
  const { product_name: product } = useInstance();
  return (
    <Page title={words.title} width="narrow">
      <p className="print-only">{product}</p>
      <Text c="dimmed">{words.lead}</Text>
      <Remote query={query} what={words.what}>
        {(receipt) => <Paper receipt={receipt} />}
      </Remote>
    </Page>
  );
}

function Paper({ receipt }: { receipt: SandboxReceipt }) {
  const dates = useDates();
  const { id, payer, created_at: asked, paid_at: paid, lines, amount, refunded } = receipt;
  const back = { amount: refunded, currency: amount.currency };
  return (
    <>
      <Section title={payer}>
        <Facts
          facts={[
            { name: words.number, value: id },
            { name: words.payer, value: payer },
            { name: words.asked, value: dates.day(asked) },
            { name: words.paid, value: paid ? dates.day(paid) : words.notPaid },
          ]}
        />
      </Section>
      <Section title={words.lines}>
        <DataTable
          caption={words.lines}
          columns={columns(dates)}
          rows={lines}
          rowKey={({ text, from }) => `${text} ${from ?? ''}`}
        />
        <Facts
          facts={[
            { name: words.total, value: formatMoney(amount), strong: true },
            refunded > 0 ? { name: words.refunded, value: formatMoney(back) } : null,
          ]}
        />
        <Group mt="lg" className="no-print">
          <Button variant="default" onClick={() => window.print()}>
            {words.print}
          </Button>
        </Group>
      </Section>
    </>
  );
}

function columns(dates: Dates): Column<SandboxReceiptLine>[] {
  return [
    { label: words.columns.text, main: true, cell: ({ text }) => text },
    {
      label: words.columns.period,
      cell: ({ from, until }) =>
        from && until ? words.period(dates.day(from), dates.day(until)) : NOTHING,
    },
    { label: words.columns.amount, end: true, cell: ({ amount }) => formatMoney(amount) },
  ];
}

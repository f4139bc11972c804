/** A receipt: every line, what paid for it, and the numbers to refer to. */
import { Button, Group, Text } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Receipt, ReceiptHold, ReceiptLine } from '../../api/gen';
import { runQuery } from '../../api/queries';
import { creditsText, formatCredits, isZero } from '../../credits/amount';
import { CopyText } from '../../ui/CopyText';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import { useModelName } from '../../ui/models';
import { Section } from '../../ui/Section';
import {
  linesByPart,
  modelOf,
  partialText,
  rateText,
  receiptHead,
  receiptText,
} from './receipt-text';
import { StateMark } from './StateMark';
import { reasonSentences, receiptWords as words, words as runs } from './words';

interface Props {
  receipt: Receipt;
  /** It stands alone: a link leads to the run, and it can be printed. */
  toRun?: boolean;
}

export function ReceiptParts({ receipt, toRun = false }: Props) {
  return (
    <>
      <Head receipt={receipt} toRun={toRun} />
      <Lines receipt={receipt} />
      <PaidFrom receipt={receipt} />
      <Holds receipt={receipt} />
      <Numbers receipt={receipt} />
    </>
  );
}

function Head({ receipt, toRun }: Required<Props>) {
  const { run, quote } = receipt;
  const partial = usePartial(receipt);
  const reason = reasonSentences[run.reason ?? ''];
  return (
    <Section
      title={receiptHead(receipt)}
      description={run.title || runs.untitled}
      actions={<StateMark state={run.state} />}
    >
      {reason ? (
        <Text size="sm" mb="sm">
          {reason}
        </Text>
      ) : null}
      {partial === null ? null : (
        <Text size="sm" mb="sm">
          {partial}
        </Text>
      )}
      {receipt.estimated ? (
        <Text size="sm" mb="sm">
          {words.estimatedNote}
        </Text>
      ) : null}
      <Facts
        facts={[
          { name: words.estimate, value: runs.range(quote.low, quote.high) },
          { name: words.held, value: creditsText(receipt.held) },
          { name: words.used, value: creditsText(receipt.used), strong: true },
          isZero(receipt.overdraft)
            ? null
            : { name: words.overdraft, value: creditsText(receipt.overdraft) },
          { name: words.back, value: creditsText(receipt.given_back) },
        ]}
      />
      <Group gap="xs" mt="lg" className="no-print">
        <HeadActions receipt={receipt} toRun={toRun} />
      </Group>
    </Section>
  );
}

// Which steps were paid for is asked only where some may not have been.
function usePartial({ run, used }: Receipt): string | null {
  const inSteps = run.kind === 'tool' || run.kind === 'workflow';
  const asked = run.state !== 'succeeded' && inSteps && !isZero(used);
  const { data } = useQuery({ ...runQuery(run.id), enabled: asked });
  return asked && data ? partialText(data) : null;
}

function HeadActions({ receipt, toRun }: Required<Props>) {
  const dates = useDates();
  return (
    <>
      <CopyText
        text={receiptText(receipt, dates)}
        label={words.copy}
        variant="default"
        size="xs"
      />
      {toRun ? (
        <>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPrinter size={16} aria-hidden />}
            onClick={() => window.print()}
          >
            {words.print}
          </Button>
          <ButtonTo
            to="/runs/$runId"
            params={{ runId: receipt.run.id }}
            variant="subtle"
            size="xs"
          >
            {words.toRun}
          </ButtonTo>
        </>
      ) : (
        <ButtonTo
          to="/runs/$runId/receipt"
          params={{ runId: receipt.run.id }}
          variant="subtle"
          size="xs"
        >
          {words.alone}
        </ButtonTo>
      )}
    </>
  );
}

const lineColumns = (modelName: (id: string) => string): Column<ReceiptLine>[] => [
  {
    label: words.line.step,
    main: true,
    cell: (line) =>
      modelOf(line) === '' ? line.step : `${line.step} · ${modelName(line.model)}`,
  },
  {
    label: words.line.measure,
    cell: ({ quantity, measure, estimated }) =>
      `${formatCredits(String(quantity))} ${words.measures[measure] ?? measure}${
        estimated ? ` (${words.estimated})` : ''
      }`,
  },
  { label: words.line.rate, cell: rateText },
  { label: words.line.credits, end: true, cell: ({ credits }) => formatCredits(credits) },
];

function Lines({ receipt }: { receipt: Receipt }) {
  const modelName = useModelName();
  if (receipt.lines.length === 0) {
    return (
      <Section title={words.lines}>
        <Text size="sm" c="dimmed">
          {words.noLines}
        </Text>
      </Section>
    );
  }
  const columns = lineColumns(modelName);
  return (
    <Section title={words.lines} flush>
      {linesByPart(receipt.lines).map(({ part, name, lines }) => (
        <div key={part}>
          {name === null ? null : (
            <Text component="h3" size="sm" fw={600} px={{ base: 16, sm: 24 }} pt="sm">
              {words.part(part, name)}
            </Text>
          )}
          <DataTable
            caption={name === null ? words.lines : words.part(part, name)}
            columns={columns}
            rows={lines}
            rowKey={({ n }) => String(n)}
          />
        </div>
      ))}
    </Section>
  );
}

function PaidFrom({ receipt }: { receipt: Receipt }) {
  return (
    <Section title={words.paidFrom}>
      {receipt.paid_from.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.paidNothing}
        </Text>
      ) : (
        <Facts
          facts={receipt.paid_from.map(({ label, credits }) => ({
            name: label,
            value: creditsText(credits),
          }))}
        />
      )}
    </Section>
  );
}

function holdColumns(dates: Dates): Column<ReceiptHold>[] {
  return [
    {
      label: words.hold.when,
      main: true,
      cell: ({ opened_at: from, ended_at: to }) =>
        to ? `${dates.moment(from)} – ${dates.time(to)}` : `${dates.moment(from)} –`,
    },
    { label: words.hold.held, end: true, cell: ({ held }) => formatCredits(held) },
    { label: words.hold.charged, end: true, cell: ({ charged }) => formatCredits(charged) },
    { label: words.hold.back, end: true, cell: ({ given_back: back }) => formatCredits(back) },
  ];
}

function Holds({ receipt }: { receipt: Receipt }) {
  const dates = useDates();
  if (receipt.holds.length === 0) return null;
  return (
    <Section title={words.holds} flush>
      <DataTable
        caption={words.holds}
        columns={holdColumns(dates)}
        rows={receipt.holds}
        rowKey={({ id }) => id}
      />
    </Section>
  );
}

function Numbers({ receipt }: { receipt: Receipt }) {
  const dates = useDates();
  const { run } = receipt;
  return (
    <Section title={words.details}>
      <Facts
        facts={[
          { name: words.when, value: dates.moment(run.ended_at ?? run.created_at) },
          { name: words.by, value: run.started_by },
          { name: words.balanceAfter, value: creditsText(receipt.balance_after) },
          { name: words.rateCard, value: words.version(receipt.rate_card_version) },
          { name: words.runId, value: <Text span size="xs">{run.id}</Text> },
          { name: words.entries, value: receipt.entries.join(', ') },
          { name: words.position, value: String(receipt.position) },
        ]}
      />
    </Section>
  );
}

/** What a run has made, by its kind: read it, copy it, download it, hand it to the agent. */
import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconMessagePlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Run, RunResult } from '../../api/gen';
import { CopyText } from '../../ui/CopyText';
import { type Column, DataTable } from '../../ui/DataTable';
import { Empty, SkeletonLines } from '../../ui/Remote';
import { Only } from '../../ui/rights';
import { WhoOpens } from '../team/whom';
import { useHandOver } from '../tools/useHandOver';
import classes from './Results.module.css';
import { downloadOf, imageOf, type ImageValue, listOf, resultText, save, tableOf, type TableValue, valueText } from './result';
import { isEnded } from './states';
import { resultWords as words } from './words';

const Markdown = lazy(() => import('../sessions/Markdown'));

export function Results({ run }: { run: Run | null }) {
  if (run === null) return <Empty text={words.before} />;
  if (!run.has_content) return <Empty text={<WhoOpens maker={run.started_by_id} say={words.private} />} />;
  if (run.result === null) return <Empty text={isEnded(run.state) ? words.none : words.later} />;
  return (
    <>
      <Actions result={run.result} />
      <Value result={run.result} />
      <Text size="xs" c="dimmed" mt="md">
        {words.free}
      </Text>
    </>
  );
}

function Actions({ result }: { result: RunResult }) {
  const { agent, handOver } = useHandOver();
  const navigate = useNavigate();
  const text = resultText(result);
  const image = result.kind === 'image' ? imageOf(result.value) : null;
  if (image) return <ImageActions image={image} name={result.file_name} />;
  return (
    <Group gap={6} mb="md" ml={-8}>
      <CopyText text={text} label={words.copy} />
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconDownload size={15} aria-hidden />}
        onClick={() => save(downloadOf(result))}
      >
        {result.kind === 'table' ? words.downloadCsv : words.download}
      </Button>
      <Only right="start_work">
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconMessagePlus size={15} aria-hidden />}
          onClick={() => {
            handOver(text);
            void navigate({ to: '/' });
          }}
        >
          {words.send(agent)}
        </Button>
      </Only>
    </Group>
  );
}

function ImageActions({ image, name }: { image: ImageValue; name: string }) {
  return (
    <Group gap={6} mb="md" ml={-8}>
      <Button
        component="a"
        href={image.address}
        download={name}
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconDownload size={15} aria-hidden />}
      >
        {words.download}
      </Button>
    </Group>
  );
}

function Picture({ image }: { image: ImageValue }) {
  const [gone, setGone] = useState(false);
  if (gone) return <Text size="sm">{words.pictureGone}</Text>;
  return (
    <figure className={classes.figure}>
      <img
        className={classes.picture}
        src={image.address}
        alt={words.picture(image.title || image.url)}
        width={image.width}
        height={image.height}
        onError={() => setGone(true)}
      />
      <Text component="figcaption" size="sm" c="dimmed" mt={6}>
        {image.title ? `${image.title} · ${image.url}` : image.url}
      </Text>
    </figure>
  );
}

function Value({ result: { kind, value } }: { result: RunResult }) {
  const image = kind === 'image' ? imageOf(value) : null;
  if (image) return <Picture image={image} />;
  const table = kind === 'table' ? tableOf(value) : null;
  if (table) return <Table table={table} />;
  const list = kind === 'list' ? listOf(value) : null;
  if (list) return <List items={list} />;
  if (kind === 'markdown' && typeof value === 'string') {
    return (
      <Suspense fallback={<SkeletonLines count={4} />}>
        <Markdown text={value} />
      </Suspense>
    );
  }
  if (kind === 'text' && typeof value === 'string') {
    return <div className={classes.text}>{value}</div>;
  }
  return (
    // Long lines scroll inside the block, by keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={classes.json} tabIndex={0}>
      {valueText(value)}
    </pre>
  );
}

function List({ items }: { items: readonly string[] }) {
  if (items.length === 0) return <Text size="sm">{words.emptyList}</Text>;
  return (
    <ul className={classes.list}>
      {items.map((item, index) => (
        // Two items may say the same.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index}>{item}</li>
      ))}
    </ul>
  );
}

const FIRST_ROWS = 100;

interface TableRow {
  cells: readonly string[];
  index: number;
}

function Table({ table }: { table: TableValue }) {
  const [all, setAll] = useState(false);
  const { columns, rows } = table;
  if (rows.length === 0) return <Text size="sm">{words.emptyTable(columns)}</Text>;
  const shown = (all ? rows : rows.slice(0, FIRST_ROWS)).map(
    (cells, index): TableRow => ({ cells, index }),
  );
  return (
    // A wide table scrolls inside itself, by keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes.table} aria-label={words.table} tabIndex={0}>
      <DataTable
        caption={words.rows}
        columns={unique(columns).map(
          (label, index): Column<TableRow> => ({
            label,
            main: index === 0,
            cell: ({ cells }) => cells[index] ?? '',
          }),
        )}
        rows={shown}
        rowKey={({ index }) => String(index)}
      />
      {rows.length > shown.length ? (
        <Button mt="sm" variant="default" onClick={() => setAll(true)}>
          {words.allRows(rows.length)}
        </Button>
      ) : null}
    </section>
  );
}

// A table of the model may name two columns alike, or not at all.
function unique(columns: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return columns.map((column, index) => {
    const label = column.trim() || words.column(index + 1);
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    return times === 1 ? label : `${label} (${times})`;
  });
}

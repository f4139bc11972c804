/** A real table that becomes stacked rows on a narrow screen. */
import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './DataTable.module.css';

export interface Column<Row> {
  label: string;
  cell: (row: Row) => ReactNode;
  /** Numbers are set to the right. */
  end?: boolean;
  /** The column that names the row. */
  main?: boolean;
  /** One word or mark: never broken in two. */
  word?: boolean;
  /** A column of buttons: its label is for the header only. */
  bare?: boolean;
}

const PHONE = '(max-width: 640px)';
const TABLET = '(max-width: 1140px)';

/** In a cell: there is none. Stacked rows leave it out. */
export const NOTHING = '–';

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Too many columns for a tablet: stacked there as well. */
  wide?: boolean;
}

// The roles are written out because stacked rows take a table's meaning away otherwise.
export function DataTable<Row>({ caption, columns, rows, rowKey, wide = false }: Props<Row>) {
  const stacked = useMediaQuery(wide ? TABLET : PHONE, false, { getInitialValueInEffect: false });
  const look = stacked ? `${classes.table} ${classes.stacked}` : classes.table;
  return (
    <div className={classes.frame}>
      <table className={look} role="table" aria-label={caption}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ label, end, bare }) => (
              <th key={label} scope="col" role="columnheader" data-end={end || undefined}>
                {bare ? <span className={classes.hidden}>{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map((column) => (
                <Cell key={column.label} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { label, cell, end, main, word, bare } = column;
  const value = cell(row);
  return (
    <td
      role="cell"
      data-end={end || undefined}
      data-main={main || undefined}
      data-word={word || undefined}
      data-nothing={value === NOTHING || undefined}
    >
      {bare || main ? null : (
        <span className={classes.label} aria-hidden="true">
          {label}
        </span>
      )}
      <span className={classes.value}>{value}</span>
    </td>
  );
}

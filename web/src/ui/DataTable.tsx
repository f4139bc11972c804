/** A real table that becomes stacked rows on a narrow screen. */
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

interface Props<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

// The roles are written out because stacked rows take a table's meaning away otherwise.
export function DataTable<Row>({ caption, columns, rows, rowKey }: Props<Row>) {
  return (
    <table className={classes.table} role="table" aria-label={caption}>
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
            {columns.map(({ label, cell, end, main, word, bare }) => (
              <td
                key={label}
                role="cell"
                data-end={end || undefined}
                data-main={main || undefined}
                data-word={word || undefined}
              >
                {bare || main ? null : (
                  <span className={classes.label} aria-hidden="true">
                    {label}
                  </span>
                )}
                <span className={classes.value}>{cell(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

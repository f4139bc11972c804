/** A ranked list: name, bar, credits, share and count. The bar is only a picture of the text. */
import { barPercent, creditsText, largest } from '../../credits/amount';
import { Bar } from '../../ui/Bars';
import { LinkTo } from '../../ui/LinkTo';
import classes from './Usage.module.css';
import { words } from './words';

export interface RankedRow {
  id: string;
  label: string;
  credits: string;
  count: number;
  /** In percent, from the server; absent where only credits and count are told. */
  share?: string;
}

interface Props {
  rows: readonly RankedRow[];
  /** The name leads to the runs behind it. */
  linked?: boolean;
}

export function Ranked({ rows, linked = false }: Props) {
  const longest = largest(rows.map(({ credits }) => credits));
  return (
    <ol className={classes.ranked}>
      {rows.map((row) => (
        <li key={row.id}>
          <div className={classes.rankedHead}>
            {linked ? (
              <LinkTo to="/runs" search={{}} fw={550}>
                {row.label}
              </LinkTo>
            ) : (
              <span className={classes.rankedName}>{row.label}</span>
            )}
            <span className={classes.rankedText}>{rowText(row)}</span>
          </div>
          <Bar percent={barPercent(row.credits, longest)} />
        </li>
      ))}
    </ol>
  );
}

function rowText({ credits, share, count }: RankedRow): string {
  const runs = `${count} ${count === 1 ? words.run : words.runs}`;
  return share === undefined
    ? `${creditsText(credits)} · ${runs}`
    : `${creditsText(credits)} · ${words.percent(share)} · ${runs}`;
}

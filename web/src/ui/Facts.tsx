/** Pairs of a name and a value, as a list that reads well aloud. */
import type { ReactNode } from 'react';
import classes from './Facts.module.css';

export interface Fact {
  name: string;
  value: ReactNode;
  /** The sum of the ones above it. */
  strong?: boolean;
  /** An amount or a word or two: never broken; the name gives way. */
  word?: boolean;
  /** A text of any length: it stands under its name. */
  long?: boolean;
}

export function Facts({ facts }: { facts: readonly (Fact | null)[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map((fact) =>
        fact === null ? null : (
          <div
            key={fact.name}
            className={classes.fact}
            data-strong={fact.strong || undefined}
            data-long={fact.long || undefined}
          >
            <dt>{fact.name}</dt>
            <dd data-word={fact.word || undefined}>{fact.value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

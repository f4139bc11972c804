/** Credits per day as plain bars from zero, with the same numbers as a table. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { UsageDay, UsageSummary } from '../../api/gen';
import { barPercent, creditsText, formatCredits, isZero, largest } from '../../credits/amount';
import { DataTable } from '../../ui/DataTable';
import { useDates } from '../../ui/dates';
import { Section } from '../../ui/Section';
import { daysWithGaps } from './days';
import classes from './Usage.module.css';
import { words } from './words';

export function Daily({ usage }: { usage: UsageSummary }) {
  const [table, setTable] = useState(false);
  const dates = useDates();
  if (usage.days.length === 0) return null;
  const days = daysWithGaps(usage.days);
  return (
    <Section
      title={words.daily}
      description={words.dailyLead(usage.zone)}
      flush={table}
      actions={
        <Button variant="default" size="xs" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? words.asBars : words.asTable}
        </Button>
      }
    >
      {table ? (
        <DataTable
          caption={words.daily}
          columns={[
            { label: words.day, main: true, cell: ({ day }: UsageDay) => dates.weekday(day) },
            { label: words.credits, end: true, cell: ({ credits }) => formatCredits(credits) },
          ]}
          rows={days}
          rowKey={({ day }) => day}
        />
      ) : (
        <Bars days={days} />
      )}
    </Section>
  );
}

function Bars({ days }: { days: UsageDay[] }) {
  const dates = useDates();
  const longest = largest(days.map(({ credits }) => credits));
  return (
    <ul className={classes.days}>
      {days.map(({ day, credits }) => (
        <li key={day} className={classes.day}>
          <span className={classes.dayName}>{dates.weekday(day)}</span>
          <span className={classes.dayTrack} aria-hidden="true">
            {isZero(credits) ? null : (
              <span
                className={classes.dayBar}
                style={{ width: `${barPercent(credits, longest)}%` }}
              />
            )}
          </span>
          <span className={classes.dayCredits}>{creditsText(credits)}</span>
        </li>
      ))}
    </ul>
  );
}

/** How long a session has been open, and what it has cost until now: told while it works. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { BrowserSession, Run } from '../../api/gen';
import { browserQuery } from '../../api/queries';
import { covers } from '../../credits/amount';
import { useDates } from '../../ui/dates';
import type { RunNews } from '../runs/useRunEvents';
import classes from './Browser.module.css';
import { clockText } from './session';
import { liveWords as words } from './words';

interface Props {
  run: Run;
  session: BrowserSession;
  news: RunNews;
}

export function Count({ run, session, news }: Props) {
  const dates = useDates();
  const rate = useQuery(browserQuery).data?.credits_per_minute;
  const seconds = Math.max(news.seconds ?? 0, session.seconds);
  const resting = session.state === 'paused' || session.state === 'starting';
  return (
    <div className={classes.count} data-testid="browser-count" data-seconds={seconds}>
      <span>
        {words.open} <strong>{clockText(seconds)}</strong>
      </span>
      <span>
        {rate === undefined ? null : (
          <>
            <strong>{words.rate(rate)}</strong> ·{' '}
          </>
        )}
        <span data-testid="browser-used">{words.soFar(newest(news.used, session.credits))}</span> ·{' '}
        {run.cap === null ? words.noCap : words.cap(run.cap)}
      </span>
      {resting ? <span>{words.notCharged}</span> : null}
      {session.ends_at === null || resting ? null : (
        <Text span size="sm" c="dimmed">
          {words.latest(dates.time(session.ends_at))}
        </Text>
      )}
    </div>
  );
}

// Two readings of what only ever rises: the higher one is the newer.
function newest(told: string | null, read: string): string {
  return told !== null && covers(told, read) ? told : read;
}

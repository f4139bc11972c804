/** The last sessions with their credits. */
import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Session } from '../../api/gen';
import { sessionPages } from '../../api/queries';
import { creditsText } from '../../credits/amount';
import { useDates } from '../../ui/dates';
import { useInstance } from '../../ui/instance';
import { ButtonTo } from '../../ui/LinkTo';
import { Empty, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { useIsMine } from '../sessions/sharing';
import { words as sessions } from '../sessions/words';
import classes from './Home.module.css';
import { words } from './words';

const SHOWN = 5;

interface Props {
  /** Null: this person writes nothing. */
  write: (() => void) | null;
}

export function RecentSessions({ write }: Props) {
  const { agent_name: agent } = useInstance();
  const query = useInfiniteQuery(sessionPages(SHOWN));
  return (
    <Section
      title={words.recent}
      actions={
        <ButtonTo to="/sessions" variant="subtle" size="compact-sm">
          {words.all}
        </ButtonTo>
      }
    >
      <Remote query={query} what={words.what}>
        {({ pages }) => {
          const rows = pages[0]?.data ?? [];
          if (rows.length === 0) {
            return (
              <Empty
                text={write === null ? words.noneRead : words.none(agent)}
                action={
                  write === null ? null : (
                    <Button variant="default" onClick={write}>
                      {words.write}
                    </Button>
                  )
                }
              />
            );
          }
          return (
            <ul className={classes.recent}>
              {rows.map((session) => (
                <Row key={session.id} session={session} />
              ))}
            </ul>
          );
        }}
      </Remote>
    </Section>
  );
}

function Row({ session }: { session: Session }) {
  const dates = useDates();
  const mine = useIsMine(session);
  return (
    <li>
      <Link to="/sessions/$sessionId" params={{ sessionId: session.id }} className={classes.row}>
        <span className={classes.rowTitle}>{session.title || sessions.untitled}</span>
        <Text span size="sm" c="dimmed" className={classes.rowNote}>
          {mine ? '' : `${sessions.by(session.owner.name)} · `}
          {session.running_run_id ? `${sessions.running} · ` : ''}
          {dates.moment(session.updated_at)} · {creditsText(session.credits)}
        </Text>
      </Link>
    </li>
  );
}

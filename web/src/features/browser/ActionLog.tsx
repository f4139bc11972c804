/** Everything that was done on the page, in words: what to follow it by without the picture. */
import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Run, RunStep } from '../../api/gen';
import { useDates } from '../../ui/dates';
import { Section } from '../../ui/Section';
import classes from './Browser.module.css';
import { actsOf } from './session';
import { logWords as words } from './words';

/** So near to its end, the list is being followed. */
const NEAR = 40;

export function ActionLog({ run }: { run: Run }) {
  const acts = actsOf(run);
  const box = useRef<HTMLElement>(null);
  const following = useRef(true);
  useEffect(() => {
    if (box.current && following.current) box.current.scrollTop = box.current.scrollHeight;
  });
  return (
    <Section title={words.title} description={words.lead}>
      {acts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      ) : (
        // A long log scrolls inside itself, by keyboard too.
        <section
          ref={box}
          className={classes.log}
          aria-label={words.list}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            following.current = scrollTop + clientHeight > scrollHeight - NEAR;
          }}
        >
          <ol>
            {acts.map((act) => (
              <Line key={act.n} act={act} />
            ))}
          </ol>
        </section>
      )}
    </Section>
  );
}

function Line({ act }: { act: RunStep }) {
  const dates = useDates();
  const { name, note, state, started_at: at } = act;
  return (
    <li data-testid="act" data-state={state}>
      {at === null ? null : (
        <time dateTime={at} className={classes.when}>
          {dates.clock(at)}
        </time>
      )}
      <span className={classes.what}>
        <strong>{name}</strong>
        {state === 'running' ? <span className={classes.now}>{words.now}</span> : null}
        {state === 'failed' && note === null ? <span>{words.failed}</span> : null}
        {note === null ? null : <span>{note}</span>}
      </span>
    </li>
  );
}

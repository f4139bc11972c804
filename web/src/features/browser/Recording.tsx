/** What is left of a session to look at: its pictures, one after the other, each with what was done. */
import { Button, Group, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import type { Still } from '../../api/gen';
import { stillsQuery } from '../../api/queries';
import { useDates } from '../../ui/dates';
import { Empty, Remote, SkeletonLines } from '../../ui/Remote';
import classes from './Browser.module.css';
import { PAGE } from './session';
import { recordingWords as words } from './words';

export function Recording({ runId }: { runId: string }) {
  const query = useQuery(stillsQuery(runId));
  return (
    <Remote query={query} what={words.what} skeleton={<SkeletonLines count={6} />}>
      {({ data }) =>
        data.length === 0 ? <Empty text={words.none} /> : <Stills runId={runId} stills={data} />
      }
    </Remote>
  );
}

const addressOf = (runId: string, { number }: Still) =>
  `/api/v1/runs/${encodeURIComponent(runId)}/browser/stills/${number}`;

interface StillsProps {
  runId: string;
  stills: readonly Still[];
}

/** Where the arrow keys and their like lead from picture `at`; null: they lead nowhere. */
export function stepFrom(key: string, at: number, count: number): number | null {
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }[key];
  return to === undefined || to < 0 || to >= count ? null : to;
}

function Stills({ runId, stills }: StillsProps) {
  const [at, setAt] = useState(0);
  const strip = useRef<HTMLOListElement>(null);
  const still = stills[at];
  const show = (to: number) => {
    setAt(to);
    strip.current?.children[to]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = stepFrom(event.key, at, stills.length);
    if (to === null || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    show(to);
    // In the strip the focus goes along.
    const within = strip.current?.contains(document.activeElement) ?? false;
    if (within) strip.current?.querySelectorAll('button')[to]?.focus();
  };
  if (!still) return null;
  return (
    // The arrow keys work from each of the buttons in it.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={classes.recording} onKeyDown={onKeyDown} data-testid="recording">
      <Shown runId={runId} still={still} at={at} count={stills.length} />
      <Turn at={at} count={stills.length} show={show} />
      <ol ref={strip} className={classes.strip} aria-label={words.strip}>
        {stills.map((one, index) => (
          <li key={one.number}>
            <button
              type="button"
              className={classes.thumb}
              aria-label={words.show(index + 1, one.action)}
              aria-current={index === at ? 'true' : undefined}
              onClick={() => show(index)}
            >
              <img
                src={addressOf(runId, one)}
                alt=""
                loading="lazy"
                width={PAGE.width}
                height={PAGE.height}
              />
              <span>{one.action}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

interface ShownProps {
  runId: string;
  still: Still;
  at: number;
  count: number;
}

function Shown({ runId, still, at, count }: ShownProps) {
  const dates = useDates();
  const [broken, setBroken] = useState<number | null>(null);
  return (
    <figure className={classes.shown}>
      {broken === still.number ? (
        <Text size="sm" className={classes.instead}>
          {words.failed}
        </Text>
      ) : (
        <img
          src={addressOf(runId, still)}
          alt={words.alt(still.title, still.action)}
          width={PAGE.width}
          height={PAGE.height}
          className={classes.picture}
          data-testid="still"
          onError={() => setBroken(still.number)}
        />
      )}
      <figcaption aria-live="polite">
        <strong>{still.action}</strong>
        <span>
          {words.place(at + 1, count)} · {dates.clock(still.at)}
        </span>
        <span className={classes.url}>{still.url}</span>
      </figcaption>
    </figure>
  );
}

// It keeps the focus where it leads nowhere.
const dead = (out: boolean) => (out ? { 'data-disabled': true, 'aria-disabled': true } : {});

function Turn({ at, count, show }: { at: number; count: number; show: (to: number) => void }) {
  return (
    <Group gap="sm">
      <Button
        variant="default"
        leftSection={<IconArrowLeft size={16} aria-hidden />}
        {...dead(at === 0)}
        onClick={() => show(Math.max(0, at - 1))}
      >
        {words.previous}
      </Button>
      <Button
        variant="default"
        rightSection={<IconArrowRight size={16} aria-hidden />}
        {...dead(at === count - 1)}
        onClick={() => show(Math.min(count - 1, at + 1))}
      >
        {words.next}
      </Button>
    </Group>
  );
}

/**
 * The browser session of a run: while it works, its picture, its log and the buttons; when it has
 * ended, its recording. What it answered and what it cost are in the tabs of every run.
 */
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useEffectEvent, useRef } from 'react';
import type { BrowserSession, Run } from '../../api/gen';
import { browserQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { receiptLine, runTitle } from '../runs/run-text';
import { StateMark } from '../runs/StateMark';
import { isEnded, runStates } from '../runs/states';
import { useRunEvents } from '../runs/useRunEvents';
import { useStopRun } from '../runs/useStopRun';
import { reasonSentences, standWords, words as runs } from '../runs/words';
import { ActionLog } from './ActionLog';
import classes from './Browser.module.css';
import { Controls, CONTROL_ID } from './Controls';
import { Count } from './Count';
import { Recording } from './Recording';
import { type Mode, modeOf, spanText } from './session';
import { SessionMark } from './SessionMark';
import { Stage } from './Stage';
import { type Control, useControl } from './useControl';
import { useHands } from './useHands';
import { liveWords as words, modeWords, recordingWords } from './words';

interface Props {
  run: Run;
  session: BrowserSession;
}

/** A run may be nothing but a session, or have opened one on its way. */
function isOver({ run, session }: Props): boolean {
  return isEnded(run.state) || (run.kind !== 'browser' && session.state === 'finished');
}

function titleOf(run: Run): string {
  return run.kind === 'browser' ? runTitle(run) : runs.kinds.browser;
}

export function BrowserRun({ run, session }: Props) {
  useChangesAnnounced(run, session);
  return (
    <div className={classes.columns}>
      {isOver({ run, session }) ? (
        <Ended run={run} />
      ) : (
        <Live run={run} session={session} />
      )}
      <ActionLog run={run} />
    </div>
  );
}

function Live({ run, session }: Props) {
  const { user } = useMe();
  const mode = modeOf(session, user.id);
  const news = useRunEvents(run.id);
  const stop = useStopRun(run.id);
  const control = useControl(run.id);
  const hands = useHands(run.id);
  const pad = useRef<HTMLTextAreaElement>(null);
  useWayBack(mode, control);
  const take = useTaking(mode, control, pad);
  const driver = session.controlled_by?.name ?? '';
  return (
    <Section
      title={titleOf(run)}
      description={run.kind === 'browser' ? runs.kinds.browser : undefined}
      actions={<SessionMark mode={mode} driver={driver} />}
    >
      <Stack gap="md">
        {run.state === 'queued' && news.ahead !== null && news.ahead > 0 ? (
          <Text size="sm">{standWords.queued(news.ahead)}</Text>
        ) : null}
        {stop.pressed ? <Text size="sm">{runs.stopping}</Text> : null}
        {mode === 'mine' ? null : <Standing mode={mode} session={session} />}
        <Stage
          runId={run.id}
          session={session}
          mode={mode}
          opened={news.opened}
          push={hands.push}
          pad={pad}
        />
        {hands.error ? <Failure text={words.notSent} error={hands.error} /> : null}
        {hands.notes.map((note) => (
          <Text key={note} size="sm">
            {note}
          </Text>
        ))}
        <Count run={run} session={session} news={news} />
        <Controls run={run} session={session} control={control} take={take} stop={stop} />
        <Idle mode={mode} />
      </Stack>
    </Section>
  );
}

function Standing({ mode, session }: { mode: Exclude<Mode, 'mine'>; session: BrowserSession }) {
  const dates = useDates();
  const { agent_name: agent } = useInstance();
  const { paused_until: until } = session;
  return (
    <Text size="sm" data-testid="browser-standing">
      {sentence(mode, session, agent)}
      {mode === 'paused' && until !== null ? ` ${modeWords.paused.until(dates.time(until))}` : null}
    </Text>
  );
}

function sentence(mode: Mode, session: BrowserSession, agent: string): string {
  if (mode === 'agent') return modeWords.agent.text(agent);
  if (mode === 'theirs') return modeWords.theirs.text(session.controlled_by?.name ?? '');
  return modeWords[mode].text;
}

function Idle({ mode }: { mode: Mode }) {
  const seconds = useQuery(browserQuery).data?.idle_seconds;
  if (seconds === undefined || (mode !== 'mine' && mode !== 'nobody')) return null;
  return (
    <Text size="sm" c="dimmed">
      {words.idle(spanText(seconds))}
    </Text>
  );
}

function Ended({ run }: { run: Run }) {
  const whole = run.kind === 'browser';
  const reason = whole ? reasonSentences[run.reason ?? ''] : undefined;
  return (
    <Section
      title={titleOf(run)}
      description={whole ? `${runs.kinds.browser} · ${recordingWords.title}` : recordingWords.title}
      actions={whole ? <StateMark state={run.state} /> : <SessionMark mode="finished" driver="" />}
    >
      <Stack gap="md">
        {reason ? <Text size="sm">{reason}</Text> : null}
        {whole ? <Text size="sm">{receiptLine(run)}</Text> : null}
        <Recording runId={run.id} />
      </Stack>
    </Section>
  );
}

// Taking control leads to the page at once: the next key is meant for it.
function useTaking(mode: Mode, control: Control, pad: RefObject<HTMLTextAreaElement | null>) {
  const wanted = useRef(false);
  useEffect(() => {
    if (mode === 'mine' && wanted.current) pad.current?.focus({ preventScroll: true });
    if (mode === 'mine') wanted.current = false;
  }, [mode, pad]);
  return () => {
    wanted.current = true;
    control.press('take');
  };
}

// From every place of this window; afterwards the focus is on the button that takes it again.
function useWayBack(mode: Mode, control: Control): void {
  const release = useEffectEvent(() => control.press('release'));
  useEffect(() => {
    if (mode !== 'mine') return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !event.ctrlKey || !event.altKey) return;
      event.preventDefault();
      release();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) document.getElementById(CONTROL_ID)?.focus();
      });
    };
  }, [mode]);
}

// Only changes of who drives are said aloud, never what is done: that is in the log.
function useChangesAnnounced(run: Run, session: BrowserSession): void {
  const { user } = useMe();
  const { agent_name: agent } = useInstance();
  const over = isOver({ run, session });
  const mode = over ? 'finished' : modeOf(session, user.id);
  // Its browser is gone a moment before what it cost is known.
  const settling = mode === 'finished' && !over;
  const text =
    mode === 'finished' && run.kind === 'browser'
      ? `${runStates[run.state].word}. ${receiptLine(run)}`
      : sentence(mode, session, agent);
  const last = useRef(mode);
  useEffect(() => {
    if (settling || last.current === mode) return;
    last.current = mode;
    announce(text);
  }, [mode, settling, text]);
}

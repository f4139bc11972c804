/** One session: its messages, the answer that is being written, and the composer. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Message, RunSummary, SessionDetail } from '../../api/gen';
import { outOfCredits } from '../../api/problem';
import { messagesQuery, sessionQuery } from '../../api/queries';
import { useInstance } from '../../ui/instance';
import { ButtonTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Empty, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { usePageTitle } from '../../ui/title';
import { isEnded } from '../runs/states';
import { Answer } from './Answer';
import { Composer } from './Composer';
import { FileChips } from './FileChips';
import { FollowUps } from './FollowUps';
import { useGate } from './gate';
import classes from './Messages.module.css';
import { Reading } from './Reading';
import { SessionBar } from './SessionBar';
import { askerOf, isGone, useMayStop, writes } from './sharing';
import { useSend } from './useSend';
import { useStop } from './useStop';
import { shareWords, words } from './words';
import { useWriting } from './writing';

export function SessionScreen() {
  const { sessionId } = useParams({ from: '/app/sessions/$sessionId' });
  const session = useQuery(sessionQuery(sessionId));
  usePageTitle(session.data?.title || words.one);
  return (
    <div className={classes.page}>
      {isGone(session.error) ? (
        <Empty
          text={shareWords.gone}
          action={<ButtonTo to="/sessions">{shareWords.toSessions}</ButtonTo>}
        />
      ) : (
        <Remote query={session} what={words.thisOne} skeleton={<SkeletonLines count={6} />}>
          {(data) => <Conversation key={sessionId} session={data} />}
        </Remote>
      )}
    </div>
  );
}

function Conversation({ session }: { session: SessionDetail }) {
  const { agent_name: agent } = useInstance();
  const messages = useQuery(messagesQuery(session.id));
  const list = messages.data?.data ?? [];
  const working = list.find(({ run }) => run != null && !isEnded(run.state))?.run ?? null;
  const works = useRight('start_work') && writes(session);
  const gate = useGate();
  const send = useSend(session.id, gate);
  const mayStop = useMayStop(session, working);
  const stop = useStop(mayStop ? (working?.id ?? null) : null);
  const writing = useWriting(session.id, gate.reset);
  const submit = () => send.mutate(writing.body(), { onSuccess: writing.clear });
  const field = useRef<HTMLTextAreaElement>(null);
  // What was begun stays: a suggestion comes after it.
  const suggest = (question: string) => {
    const { text } = writing;
    writing.setText(text.trim() === '' ? question : `${text.trimEnd()}\n${question}`);
    field.current?.focus();
  };
  const failure = send.error && !outOfCredits(send.error) ? send.error : null;
  useFollow(list.length, working !== null);
  return (
    <>
      <SessionBar session={session} held={working?.held ?? null} />
      <Remote query={messages} what={words.messages} skeleton={<SkeletonLines count={6} />}>
        {({ data }) => (
          <div className={classes.list}>
            {data.length === 0 ? <Empty text={words.empty(agent)} /> : null}
            {data.map((message, index) => (
              <OneMessage
                key={message.id}
                message={message}
                asker={askerOf(data, index)}
                session={session}
                retry={works ? (id) => send.mutate({ retry_of: id, ...writing.how() }) : null}
                retryClosed={working !== null || gate.closed || send.isPending}
                stopping={message.run?.id === working?.id && stop?.pressed === true}
              />
            ))}
            {works ? <FollowUps questions={next(data)} choose={suggest} /> : null}
          </div>
        )}
      </Remote>
      <div className={classes.dock}>
        {writes(session) ? (
          <Composer
            writing={writing}
            send={submit}
            sending={send.isPending}
            busy={working !== null && stop === null}
            stop={stop}
            failure={failure}
            gate={gate}
            field={field}
            sessionId={session.id}
            rows={1}
          />
        ) : (
          <Reading owner={session.owner.name} />
        )}
      </div>
    </>
  );
}

/** What was suggested for the newest message, once it is answered. */
function next(messages: readonly Message[]): readonly string[] {
  const newest = messages[messages.length - 1];
  return newest?.run != null && isEnded(newest.run.state) ? newest.follow_ups : [];
}

interface OneProps {
  message: Message;
  session: SessionDetail;
  /** The run that answers what a person said. */
  asker: RunSummary | null;
  retry: ((messageId: string) => void) | null;
  retryClosed: boolean;
  stopping: boolean;
}

function OneMessage({ message, session, asker, ...rest }: OneProps) {
  const { user } = useMe();
  if (message.role === 'user') {
    const other = asker !== null && asker.started_by_id !== user.id ? asker.started_by : null;
    return (
      <article className={classes.user} aria-label={other ?? words.you}>
        {other === null ? null : <div className={classes.asker}>{other}</div>}
        <div className={classes.said}>{message.text}</div>
        <FileChips files={message.attachments} />
      </article>
    );
  }
  return (
    <Answer
      message={message}
      sessionId={session.id}
      sessionCredits={session.credits}
      {...rest}
    />
  );
}

const NEAR = 160;

// The page follows the growing text as long as its reader stays near the end.
function useFollow(count: number, working: boolean): void {
  useEffect(() => {
    if (count > 0) window.scrollTo({ top: document.documentElement.scrollHeight });
  }, [count]);
  useEffect(() => {
    if (!working || typeof ResizeObserver === 'undefined') return undefined;
    const { documentElement: page } = document;
    let height = page.scrollHeight;
    const observer = new ResizeObserver(() => {
      const below = height - window.scrollY - window.innerHeight;
      height = page.scrollHeight;
      if (below < NEAR) window.scrollTo({ top: height });
    });
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [working]);
}

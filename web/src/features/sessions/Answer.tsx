/** One answer of the agent: growing while it is written, with its credits when it is done. */
import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef } from 'react';
import type { Message, MessageList, RunState, RunSummary } from '../../api/gen';
import { messagesQuery } from '../../api/queries';
import { creditsText, isZero } from '../../credits/amount';
import { announce } from '../../ui/announce';
import { AgentMark } from '../../ui/Brand';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { SkeletonLines } from '../../ui/Remote';
import { isEnded } from '../runs/states';
import { AnswerFoot } from './AnswerFoot';
import { Asking } from './Asking';
import { CallCards } from './CallCards';
import { usedNow } from './calls';
import classes from './Messages.module.css';
import { type LiveStream, useRunStream } from './useRunStream';
import { useWork } from './useWork';
import { answerWords as words, reasonWords } from './words';

const Markdown = lazy(() => import('./Markdown'));

interface Props {
  message: Message;
  sessionId: string;
  sessionCredits: string;
  /** None: this person does not write in the session. */
  retry: ((messageId: string) => void) | null;
  retryClosed: boolean;
  /** This person has asked it to stop. */
  stopping: boolean;
}

export function Answer(props: Props) {
  const { message, sessionId, sessionCredits, retry, retryClosed, stopping } = props;
  const { agent_name: agent } = useInstance();
  const { run } = message;
  const live = run != null && !isEnded(run.state);
  const stream = useRunStream(live ? run.id : null);
  const ended = run == null || isEnded(run.state) || stream.finished !== null;
  const shown = stream.finished ?? run ?? null;
  useEnd(stream, sessionId);
  const work = useWork(shown, stream.revision);
  const text = stream.text.length > message.text.length ? stream.text : message.text;
  return (
    <article className={classes.answer} aria-label={agent}>
      <AgentMark busy={!ended} />
      <div className={classes.content}>
        {work.run === null ? null : <CallCards run={work.run} calls={work.calls} />}
        <div aria-busy={!ended} data-testid="answer-text">
          <Suspense fallback={<SkeletonLines count={2} />}>
            {text === '' ? null : <Markdown text={text} growing={!ended} />}
          </Suspense>
        </div>
        {ended || !work.run?.question || stopping ? null : (
          <Asking key={work.run.question.call} run={work.run} question={work.run.question} />
        )}
        {ended ? (
          <Ending reason={shown?.reason ?? null} credits={shown?.credits ?? null} />
        ) : (
          <Working
            stream={stream}
            run={run}
            started={text !== ''}
            using={usedNow(work.calls)}
            stopping={stopping}
          />
        )}
        {ended && shown ? (
          <AnswerFoot
            run={shown}
            text={text}
            sessionCredits={sessionCredits}
            retry={retry === null ? null : () => retry(message.id)}
            retryClosed={retryClosed}
          />
        ) : null}
      </div>
    </article>
  );
}

// When the run has ended, the server's own text and totals replace what was streamed.
function useEnd(stream: LiveStream, sessionId: string): void {
  const queries = useQueryClient();
  const { agent_name: agent } = useInstance();
  const said = useRef(false);
  const { finished, problem } = stream;
  const writing = stream.state === 'running';
  useEffect(() => {
    if (writing && !said.current) {
      said.current = true;
      announce(words.answering(agent));
    }
  }, [writing, agent]);
  useEffect(() => {
    if (!finished && !problem) return;
    if (finished) {
      const reason = reasonWords[finished.reason ?? ''];
      announce(reason ? words.ended(reason) : words.ready(finished.credits));
      // At once, so that nothing offers to stop what has ended.
      queries.setQueryData<MessageList>(messagesQuery(sessionId).queryKey, (list) =>
        withEnded(list, finished),
      );
    }
    for (const key of [['run', finished?.id ?? ''], ['messages', sessionId], ['session', sessionId], ['sessions'], ['runs']]) {
      void queries.invalidateQueries({ queryKey: key });
    }
  }, [finished, problem, queries, sessionId]);
}

function withEnded(list: MessageList | undefined, run: RunSummary): MessageList | undefined {
  const data = list?.data.map((one) => (one.run?.id === run.id ? { ...one, run } : one));
  return list && data ? { ...list, data } : undefined;
}

function Ending({ reason, credits }: { reason: string | null; credits: string | null }) {
  const sentence = reasonWords[reason ?? ''];
  if (!sentence) return null;
  const cost = credits !== null && isZero(credits) ? ` ${words.nothing}.` : '';
  return (
    <Text size="sm" c="dimmed" className={classes.ending}>
      {sentence}
      {cost}
    </Text>
  );
}

interface WorkingProps {
  stream: LiveStream;
  run: RunSummary;
  started: boolean;
  /** The tool that is used now. */
  using: string | null;
  stopping: boolean;
}

function Working({ stream, run, started, using, stopping }: WorkingProps) {
  const { user } = useMe();
  const state = stream.state ?? run.state;
  const waits =
    run.started_by_id === user.id ? words.waitingForYou : words.waitingFor(run.started_by);
  const doing = using === null ? null : words.using(using);
  const hold = isZero(stream.held) ? run.held : stream.held;
  return (
    <div className={classes.working} data-testid="working" data-state={state}>
      <Text size="sm" c="dimmed">
        {stopping ? words.stopping : stateText(state, stream, [waits, doing ?? (started ? words.writing : words.thinking)])}
        {isZero(hold) || stopping ? null : (
          <span title={creditsText(hold)}> · {words.upTo(hold)}</span>
        )}
      </Text>
    </div>
  );
}

function stateText(state: RunState, stream: LiveStream, own: [waits: string, doing: string]): string {
  const [waits, doing] = own;
  if (!stream.connected) return words.reconnecting;
  switch (state) {
    case 'queued':
      return words.queued(stream.ahead);
    case 'waiting_for_credits':
      return words.waitingForCredits;
    case 'paused_no_credits':
      return words.paused;
    case 'waiting_for_input':
      return waits;
    default:
      return doing;
  }
}

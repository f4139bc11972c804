/** Where a message is written: the estimate before it is sent, the gate when there is nothing to spend. */
import { Group, NativeSelect, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useId, useRef } from 'react';
import { estimate, type Quote } from '../../api/gen';
import { call } from '../../api/problem';
import { modelsQuery } from '../../api/queries';
import { covers } from '../../credits/amount';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { useInstance } from '../../ui/instance';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import classes from './Composer.module.css';
import type { Gate } from './gate';
import { SendOrStop } from './SendOrStop';
import type { Stop } from './useStop';
import { composerWords as words } from './words';

const WAIT_MS = 400;

interface Props {
  text: string;
  setText: (text: string) => void;
  model: string;
  setModel: (model: string) => void;
  send: () => void;
  sending: boolean;
  /** Stops the answer that is being written: one at a time in a session. */
  stop?: Stop | null;
  failure: Error | null;
  gate: Gate;
  sessionId?: string;
  field?: RefObject<HTMLTextAreaElement | null>;
  rows?: number;
}

export function Composer(props: Props) {
  const { text, setText, send, sending, stop = null, failure, gate, sessionId } = props;
  const { agent_name: agent } = useInstance();
  const { billing_access: billingAccess } = useMe();
  const hint = useId();
  const own = useRef<HTMLTextAreaElement>(null);
  const field = props.field ?? own;
  // While an answer is written, nothing is refused; the pool may look emptier than it will be.
  const closed = gate.closed && stop === null;
  const ready = text.trim() !== '' && !sending && stop === null && !closed;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (ready) send();
  };
  return (
    <div className={classes.stack} data-closed={closed || undefined}>
      {failure ? <Failure text={`${words.notSent} ${words.saved}`} error={failure} /> : null}
      {stop?.error ? <Failure text={words.stopFailed} error={stop.error} /> : null}
      {closed ? (
        <OutOfCredits
          problem={gate.problem}
          balance={gate.balance}
          billingAccess={billingAccess}
          hasDraft
        />
      ) : null}
      <div className={classes.box}>
        <textarea
          ref={field}
          className={classes.field}
          rows={props.rows ?? 2}
          value={text}
          data-composer
          aria-label={words.label(agent)}
          aria-describedby={hint}
          placeholder={words.placeholder(agent)}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div className={classes.foot}>
          <Estimate id={hint} text={text} sessionId={sessionId} model={props.model} />
          <Group gap={8} wrap="nowrap">
            <ModelChoice model={props.model} setModel={props.setModel} />
            <SendOrStop send={send} ready={ready} sending={sending} stop={stop} field={field} />
          </Group>
        </div>
      </div>
    </div>
  );
}

interface EstimateProps {
  id: string;
  text: string;
  sessionId: string | undefined;
  model: string;
}

function Estimate({ id, text, sessionId, model }: EstimateProps) {
  const [settled] = useDebouncedValue(text.trim(), WAIT_MS);
  const asked = settled !== '' && text.trim() !== '';
  const { data, error } = useQuery({
    queryKey: ['estimate', sessionId ?? '', model, settled],
    queryFn: () =>
      call(
        estimate({
          body: {
            kind: 'message',
            text: settled,
            ...(sessionId === undefined ? {} : { session_id: sessionId }),
            ...(model === '' ? {} : { model }),
          },
        }),
      ),
    enabled: asked,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  return (
    <Text id={id} size="xs" c="dimmed" className={classes.estimate} data-testid="estimate">
      {asked ? <EstimateText quote={data} failed={error !== null} /> : words.hint}
    </Text>
  );
}

function EstimateText({ quote, failed }: { quote: Quote | undefined; failed: boolean }) {
  if (failed) return words.noEstimate;
  if (!quote) return words.estimating;
  const { low, high } = quote;
  const first =
    quote.basis === 'history'
      ? words.usually(low, high)
      : `${words.range(low, high)}. ${quote.basis_text}`;
  return (
    <>
      {first} {covers(quote.hold, high) ? words.hold(quote.hold) : words.holdMore(quote.hold)}{' '}
      <LinkTo to="/help/$article" params={{ article: 'estimate' }} size="xs" underline="always">
        {words.how}
      </LinkTo>
    </>
  );
}

function ModelChoice({ model, setModel }: { model: string; setModel: (model: string) => void }) {
  const models = useQuery(modelsQuery).data?.data ?? [];
  if (models.length < 2) return null;
  const data = [
    { value: '', label: words.auto },
    ...models.map(({ id, name, ready }) => ({ value: id, label: name, disabled: !ready })),
  ];
  return (
    <NativeSelect
      aria-label={words.model}
      className={classes.model}
      data={data}
      value={model}
      onChange={(event) => setModel(event.currentTarget.value)}
    />
  );
}

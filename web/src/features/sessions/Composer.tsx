/** Where a message is written: the estimate before it is sent, the gate when there is nothing to spend. */
import { NativeSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useId, useRef } from 'react';
import type { ModelCard } from '../../api/gen';
import { modelsQuery } from '../../api/queries';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { ReadOnly } from '../team/ReadOnly';
import { AttachButton, Attached } from './AttachFiles';
import classes from './Composer.module.css';
import { EffortMenu } from './EffortMenu';
import { modelOf } from './effort';
import { Estimate } from './Estimate';
import type { Gate } from './gate';
import { SendOrStop } from './SendOrStop';
import type { Stop } from './useStop';
import { composerWords as words } from './words';
import type { Writing } from './writing';

interface Props {
  writing: Writing;
  send: () => void;
  sending: boolean;
  /** An answer is being written that this person may not stop. */
  busy?: boolean;
  /** Stops the answer that is being written: one at a time in a session. */
  stop?: Stop | null;
  failure: Error | null;
  gate: Gate;
  sessionId?: string;
  field?: RefObject<HTMLTextAreaElement | null>;
  rows?: number;
}

export function Composer(props: Props) {
  return useRight('start_work') ? <Field {...props} /> : <ReadOnly to="send" />;
}

function Field(props: Props) {
  const { writing, send, sending, busy = false, stop = null, failure, gate, sessionId } = props;
  const { text, attaching } = writing;
  const { agent_name: agent } = useInstance();
  const models = useQuery(modelsQuery).data?.data ?? [];
  const hint = useId();
  const own = useRef<HTMLTextAreaElement>(null);
  const field = props.field ?? own;
  // While an answer is written, nothing is refused; the pool may look emptier than it will be.
  const closed = gate.closed && stop === null;
  // A file that is still on its way would be left behind.
  const whole = text.trim() !== '' && attaching.sending.length === 0;
  const ready = whole && !sending && !busy && stop === null && !closed;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (ready) send();
  };
  return (
    <div className={classes.stack} data-closed={closed || undefined}>
      <Refusals failure={failure} stop={stop} closed={closed} gate={gate} />
      <div className={classes.box}>
        <Attached attaching={attaching} field={field} />
        <textarea
          ref={field}
          className={classes.field}
          rows={props.rows ?? 2}
          value={text}
          data-composer
          aria-label={words.label(agent)}
          aria-describedby={hint}
          placeholder={words.placeholder(agent)}
          onChange={(event) => writing.setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div className={classes.foot}>
          <Estimate id={hint} writing={writing} sessionId={sessionId} />
          <Choices writing={writing} models={models} />
          <SendOrStop send={send} ready={ready} sending={sending} stop={stop} field={field} />
        </div>
      </div>
    </div>
  );
}

interface RefusalsProps {
  failure: Error | null;
  stop: Stop | null;
  closed: boolean;
  gate: Gate;
}

function Refusals({ failure, stop, closed, gate }: RefusalsProps) {
  const { billing_access: billingAccess } = useMe();
  return (
    <>
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
    </>
  );
}

function Choices({ writing, models }: { writing: Writing; models: readonly ModelCard[] }) {
  const { attaching, model, setModel, effort, setEffort } = writing;
  const chosen = modelOf(models, model);
  const noHands = chosen?.hands === false ? (chosen.hands_note ?? words.noHands) : null;
  return (
    <div className={classes.choices}>
      <AttachButton attaching={attaching} />
      <EffortMenu effort={effort} setEffort={setEffort} noHands={noHands} />
      <ModelChoice models={models} model={model} setModel={setModel} />
      {noHands === null || effort === 'low' ? null : (
        <Text size="xs" c="dimmed" className={classes.note} data-testid="no-hands">
          {noHands}
        </Text>
      )}
    </div>
  );
}

interface ModelProps {
  models: readonly ModelCard[];
  model: string;
  setModel: (model: string) => void;
}

function ModelChoice({ models, model, setModel }: ModelProps) {
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

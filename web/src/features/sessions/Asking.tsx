/**
 * The agent asks before it starts something: what, with which inputs, for how much; and the
 * person's answer. Shown only to who started it: the server tells nobody else of the question.
 */
import { Button, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useId, useState } from 'react';
import type { DecideRequest, Run, RunQuestion } from '../../api/gen';
import { fieldErrors } from '../../api/problem';
import { covers, formatCredits, wholeUp } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { useInstance } from '../../ui/instance';
import { Failure } from '../../ui/Remote';
import { capOf } from '../tools/cap';
import classes from './Calls.module.css';
import { GivenList } from './GivenList';
import { isOver, useDecide } from './useDecide';
import { askWords as words } from './words';

type Decide = (decision: Omit<DecideRequest, 'call'>) => void;

export function Asking({ run, question }: { run: Run; question: RunQuestion }) {
  const id = useId();
  const { agent_name: agent } = useInstance();
  const decision = useDecide(run);
  const { name, opens } = question;
  useEffect(() => announce(words.asks(agent, name)), [agent, name]);
  const wrong = fieldErrors(decision.error, ['up_to'])['up_to'];
  const decide: Decide = (made) => decision.decide({ call: question.call, ...made });
  return (
    <section className={classes.ask} aria-labelledby={id} data-testid="asking">
      <h2 id={id}>{words.title(agent, name)}</h2>
      <About question={question} />
      {decision.error && wrong === undefined ? (
        <Failure text={isOver(decision.error) ? words.over : words.failed} error={decision.error} />
      ) : null}
      <div className={classes.acts}>
        <Button loading={decision.busy} onClick={() => decide({ decision: 'run' })}>
          {words.run}
        </Button>
        <Button variant="default" onClick={() => decide({ decision: 'not_now' })}>
          {words.notNow}
        </Button>
      </div>
      {/* A site that nobody named is always asked about, and so is who writes in others’ sessions. */}
      {opens === null && question.may_allow ? <Always high={question.high} wrong={wrong} decide={decide} /> : null}
    </section>
  );
}

function About({ question }: { question: RunQuestion }) {
  const { agent_name: agent } = useInstance();
  const dates = useDates();
  const balance = useBalance();
  const { inputs, low, typical, high, opens, until } = question;
  return (
    <>
      {opens === null ? null : <p>{words.opens(agent, opens)}</p>}
      <div>
        <div className={classes.title}>{words.what}</div>
        <GivenList input={inputs} />
      </div>
      <p>
        {words.cost(low, high, typical)}
        {balance ? ` ${words.available(balance.display.available)}` : ''}
      </p>
      <Text size="sm" c="dimmed">
        {words.until(dates.time(until))}
      </Text>
    </>
  );
}

interface AlwaysProps {
  high: string;
  wrong: string | undefined;
  decide: Decide;
}

function Always({ high, wrong, decide }: AlwaysProps) {
  const id = useId();
  const [text, setText] = useState(() => formatCredits(wholeUp(high)));
  const [fault, setFault] = useState<string | undefined>();
  const error = fault ?? wrong;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const upTo = capOf(text);
    const bad = faultOf(upTo, high);
    setFault(bad);
    if (bad === undefined && upTo !== null) decide({ decision: 'always', up_to: upTo });
  };
  return (
    <form className={classes.always} onSubmit={submit} noValidate>
      <label htmlFor={id}>{words.always}</label>
      <TextInput
        id={id}
        size="sm"
        w={96}
        inputMode="decimal"
        value={text}
        aria-describedby={`${id}-unit${error === undefined ? '' : ` ${id}-fault`}`}
        error={error !== undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <span id={`${id}-unit`}>{words.alwaysUnit}</span>
      <Button type="submit" variant="default">
        {words.allow}
      </Button>
      {error === undefined ? null : (
        <Text id={`${id}-fault`} size="sm" c="red" role="alert" w="100%">
          {error}
        </Text>
      )}
    </form>
  );
}

function faultOf(upTo: ReturnType<typeof capOf>, high: string): string | undefined {
  if (upTo === null || upTo === 'wrong') return words.amount;
  return covers(upTo, high) ? undefined : words.least(high);
}

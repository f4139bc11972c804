/** The left side of the page of a tool or workflow: the form, and at its end what a run would cost and the buttons. */
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import type { Run, StartRunRequest } from '../../api/gen';
import { fieldErrors, outOfCredits } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Failure } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { useRunGate } from '../runs/gate';
import { isEnded } from '../runs/states';
import { useStartRun } from '../runs/useStartRun';
import type { Stop } from '../runs/useStopRun';
import type { Gate } from '../sessions/gate';
import { ReadOnly } from '../team/ReadOnly';
import { Cap } from './Cap';
import { ConfirmLarge } from './ConfirmLarge';
import { capOf, isLarge, upToOf } from './cap';
import { EstimateBar } from './EstimateBar';
import { focusFirst, InputFields } from './inputs/InputFields';
import { SaveDialog } from './SavedInputs';
import { ScheduleLink } from './ScheduleLink';
import { named, type Subject } from './subject';
import classes from './Tools.module.css';
import { useEstimate } from './useEstimate';
import { inputErrors, type ToolForm } from './useToolForm';
import { estimateWords, pageWords as words } from './words';

interface Props {
  subject: Subject;
  form: ToolForm;
  run: Run | null;
  stop: Stop;
  started: (run: Run) => void;
}

type Body = Pick<StartRunRequest, 'inputs' | 'max_credits' | 'when_short'>;

export function ToolInputs(props: Props) {
  return useRight('start_work') ? <Inputs {...props} /> : <ReadOnly to="run" />;
}

function Inputs({ subject, form, run, stop, started }: Props) {
  const gate = useRunGate();
  const start = useStart(subject, form, gate, started);
  const estimate = useEstimate(subject, form.inputs, form.complete);
  const running = run !== null && !isEnded(run.state) && run.can_stop ? run : null;
  const submission = useSubmission(form, gate, start, estimate.quote?.hold);
  const [saving, setSaving] = useState(false);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (!start.busy && running === null) submission.submit();
  };
  return (
    <>
      {/* Ctrl or ⌘ with Enter runs from every field. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form
        noValidate
        onSubmit={submit}
        onKeyDown={(event) => {
          if (isRunKey(event)) submit(event);
        }}
        className={classes.form}
      >
        <InputFields
          fields={form.fields}
          values={form.values}
          errors={form.errors}
          leave={form.leave}
          change={(name, value) => {
            // Other inputs may cost less: what was refused says nothing about them.
            gate.reset();
            form.change(name, value);
          }}
        />
        <Cap
          cap={submission.cap}
          setCap={submission.setCap}
          error={submission.capWrong ? estimateWords.capWrong : start.capError}
        />
        {start.failure ? <Failure text={words.notStarted} error={start.failure} /> : null}
        {stop.error ? <Failure text={words.notStopped} error={stop.error} /> : null}
        <EstimateBar
          usual={subject.usual}
          estimate={estimate}
          gate={gate}
          running={running}
          stop={stop}
          busy={start.busy}
          again={run !== null}
          save={subject.kind === 'tool' ? () => setSaving(true) : null}
        >
          {subject.schedulable ? <ScheduleLink subject={subject} /> : null}
        </EstimateBar>
      </form>
      {submission.asking}
      {saving ? <SaveDialog tool={subject.id} form={form} close={() => setSaving(false)} /> : null}
    </>
  );
}

function isRunKey(event: KeyboardEvent<HTMLFormElement>): boolean {
  // What is typed in a popover over the form comes here, too.
  const inside = event.target instanceof Node && event.currentTarget.contains(event.target);
  return inside && event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.repeat;
}

// What stands between the button and the request: the checks, the cap, the question.
function useSubmission(
  form: ToolForm,
  gate: Gate,
  start: ReturnType<typeof useStart>,
  hold: string | undefined,
) {
  const [cap, setCap] = useState('');
  const [capWrong, setCapWrong] = useState(false);
  const [asked, setAsked] = useState<Body | null>(null);
  const upTo = upToOf(hold, capOf(cap));
  const submit = () => {
    const most = capOf(cap);
    setCapWrong(most === 'wrong');
    if (focusFirst(form.fields, form.check()) || most === 'wrong') return;
    const body: Body = { inputs: form.inputs, ...(most === null ? {} : { max_credits: most }) };
    if (gate.closed) start.send({ ...body, when_short: 'wait' });
    else if (upTo && isLarge(upTo, gate.balance?.available)) setAsked(body);
    else start.send(body);
  };
  const asking =
    asked && upTo && gate.balance ? (
      <ConfirmLarge
        upTo={upTo}
        available={gate.balance.display.available}
        close={() => setAsked(null)}
        run={() => {
          setAsked(null);
          start.send(asked);
        }}
      />
    ) : null;
  return {
    cap,
    capWrong,
    asking,
    submit,
    setCap: (text: string) => {
      setCap(text);
      setCapWrong(false);
    },
  };
}

function useStart(subject: Subject, form: ToolForm, gate: Gate, started: (run: Run) => void) {
  const start = useStartRun(gate, started);
  // A second click may come before the screen has been drawn again.
  const sending = useRef(false);
  const send = useMutation({
    mutationFn: (body: Body) => start.mutateAsync({ ...named(subject), ...body }),
    onError: (error) => {
      const errors = inputErrors(error, form.fields);
      form.refuse(errors);
      if (outOfCredits(error)) announce(words.inputsKept);
      focusFirst(form.fields, errors);
    },
    onSettled: () => {
      sending.current = false;
    },
  });
  const { error } = send;
  const atField = error !== null && Object.keys(inputErrors(error, form.fields)).length > 0;
  const capError = fieldErrors(error, ['max_credits'])['max_credits'];
  return {
    busy: send.isPending,
    capError,
    failure: error === null || atField || capError || outOfCredits(error) ? null : error,
    send: (body: Body) => {
      if (sending.current) return;
      sending.current = true;
      send.mutate(body);
    },
  };
}

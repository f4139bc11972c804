/** The form that starts a browser session, what it would cost, and the button. */
import { Alert, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconBrowserX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import type { BrowserStatus, StartRunRequest } from '../../api/gen';
import { ApiProblem, outOfCredits } from '../../api/problem';
import { modelsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { useInstance } from '../../ui/instance';
import { ButtonTo } from '../../ui/LinkTo';
import { Failure } from '../../ui/Remote';
import { useRunGate } from '../runs/gate';
import { useStartRun } from '../runs/useStartRun';
import { useStopRun } from '../runs/useStopRun';
import { Cap } from '../tools/Cap';
import { isLarge, upToOf } from '../tools/cap';
import { ConfirmLarge } from '../tools/ConfirmLarge';
import { EstimateBar } from '../tools/EstimateBar';
import tools from '../tools/Tools.module.css';
import { inputWords } from '../tools/words';
import classes from './Browser.module.css';
import { useBrowserEstimate } from './useBrowserEstimate';
import {
  type Errors,
  fieldNames,
  type StartForm as Form,
  startErrors,
  useStartForm,
} from './useStartForm';
import { startWords as words } from './words';

export function StartForm({ status }: { status: BrowserStatus }) {
  const form = useStartForm(status);
  const gate = useRunGate();
  const start = useStart(form, gate);
  const stop = useStopRun('');
  const estimate = useBrowserEstimate(form.request, form.values.model);
  const [asked, setAsked] = useState<StartRunRequest | null>(null);
  const upTo = upToOf(estimate.quote?.high, form.cap);
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (focusFirst(form.check()) || start.busy || gate.closed || !status.ready) return;
    const body = bodyOf(form);
    if (upTo && isLarge(upTo, gate.balance?.available)) setAsked(body);
    else start.send(body);
  };
  return (
    <>
      {/* Ctrl or ⌘ with Enter starts from every field. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form
        noValidate
        className={tools.form}
        onSubmit={submit}
        onKeyDown={(event: KeyboardEvent<HTMLFormElement>) => {
          const held = event.ctrlKey || event.metaKey;
          if (event.key === 'Enter' && held && !event.repeat) submit(event);
        }}
      >
        <Fields form={form} status={status} edited={gate.reset} />
        {start.failure ? <NotStarted error={start.failure} /> : null}
        <EstimateBar
          usual={null}
          rates={words.rates(status.credits_per_minute)}
          label={words.start}
          waits={false}
          estimate={estimate}
          gate={gate}
          running={null}
          stop={stop}
          busy={start.busy}
          off={!status.ready}
          again={false}
          save={null}
        />
      </form>
      {asked && upTo && gate.balance ? (
        <ConfirmLarge
          upTo={upTo}
          available={gate.balance.display.available}
          close={() => setAsked(null)}
          run={() => {
            setAsked(null);
            start.send(asked);
          }}
        />
      ) : null}
    </>
  );
}

function bodyOf({ request, cap, values }: Form): StartRunRequest {
  return {
    browser: request,
    ...(cap === null ? {} : { max_credits: cap }),
    ...(values.model === '' ? {} : { model: values.model }),
  };
}

function useStart(form: Form, gate: ReturnType<typeof useRunGate>) {
  const navigate = useNavigate();
  // A second click may come before the screen has been drawn again.
  const sending = useRef(false);
  const { mutate, isPending, error } = useStartRun(gate, (run) => {
    form.started();
    announce(words.started);
    void navigate({ to: '/runs/$runId', params: { runId: run.id } });
  });
  const atField = error !== null && Object.keys(startErrors(error)).length > 0;
  return {
    busy: isPending,
    failure: error === null || atField || outOfCredits(error) ? null : error,
    send: (body: StartRunRequest) => {
      if (sending.current) return;
      sending.current = true;
      mutate(body, {
        onError: (refused) => {
          const errors = startErrors(refused);
          form.refuse(errors);
          focusFirst(errors);
        },
        onSettled: () => {
          sending.current = false;
        },
      });
    },
  };
}

function NotStarted({ error }: { error: Error }) {
  if (!(error instanceof ApiProblem) || error.code !== 'browser_busy') {
    return <Failure text={words.notStarted} error={error} />;
  }
  return (
    <Alert color="orange" icon={<IconBrowserX aria-hidden />} title={words.busy} role="alert">
      <Text size="sm" mb="xs">
        {words.busyMore}
      </Text>
      <ButtonTo
        to="/runs"
        search={{ kind: 'browser', state: 'running' }}
        variant="default"
        size="compact-sm"
      >
        {words.toRuns}
      </ButtonTo>
    </Alert>
  );
}

const idOf = (name: string) => `browser-${name}`;

// Puts the focus on the first field with an error; says whether there was one.
function focusFirst(errors: Errors): boolean {
  const first = fieldNames.find((name) => errors[name] !== undefined);
  if (first === undefined) return false;
  const element = document.getElementById(first === 'cap' ? 'stop-at' : idOf(first));
  const folded = element?.closest('details');
  if (folded) folded.open = true;
  element?.focus();
  return true;
}

interface FieldsProps {
  form: Form;
  status: BrowserStatus;
  /** What was refused says nothing about what is written now. */
  edited: () => void;
}

function Fields({ form, status, edited }: FieldsProps) {
  const { agent_name: agent } = useInstance();
  const { values, errors, leave } = form;
  const change: Form['change'] = (name, value) => {
    edited();
    form.change(name, value);
  };
  return (
    <Stack gap="md">
      <Textarea
        id={idOf('task')}
        label={words.task}
        description={words.taskHint(agent)}
        classNames={{ input: classes.task }}
        value={values.task}
        error={errors.task}
        onChange={(event) => change('task', event.currentTarget.value)}
        onBlur={() => leave('task')}
      />
      <TextInput
        id={idOf('url')}
        type="url"
        inputMode="url"
        label={words.address}
        description={words.addressHint}
        placeholder="https://"
        value={values.url}
        error={errors.url}
        onChange={(event) => change('url', event.currentTarget.value)}
        onBlur={() => leave('url')}
      />
      <TextInput
        id={idOf('minutes')}
        inputMode="numeric"
        maw={320}
        label={words.minutes}
        description={words.minutesHint(status.minutes_default, status.minutes_most)}
        placeholder={String(status.minutes_default)}
        value={values.minutes}
        error={errors.minutes}
        onChange={(event) => change('minutes', event.currentTarget.value)}
        onBlur={() => leave('minutes')}
      />
      <details className={classes.advanced}>
        <summary>{inputWords.advanced}</summary>
        <Stack gap="md" pt="sm">
          <Cap cap={values.cap} setCap={(text) => change('cap', text)} error={errors.cap} />
          <Model model={values.model} setModel={(model) => change('model', model)} />
        </Stack>
      </details>
    </Stack>
  );
}

function Model({ model, setModel }: { model: string; setModel: (model: string) => void }) {
  const models = useQuery(modelsQuery).data?.data ?? [];
  const data = [
    { value: '', label: words.auto },
    ...models.map(({ id, name, ready }) => ({ value: id, label: name, disabled: !ready })),
  ];
  return (
    <NativeSelect
      label={words.model}
      maw={320}
      data={data}
      value={model}
      onChange={(event) => setModel(event.currentTarget.value)}
    />
  );
}

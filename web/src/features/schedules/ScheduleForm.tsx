/** A schedule to be written: inputs, times and limits, and beside them what will happen. */
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { PreviewScheduleRequest, Schedule } from '../../api/gen';
import { fieldErrors } from '../../api/problem';
import { announce } from '../../ui/announce';
import { Failure } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { fieldsOf, type FormErrors, initialValues, type Inputs, valuesOf } from '../tools/inputs/fields';
import { focusFirst, InputFields } from '../tools/inputs/InputFields';
import { named } from '../tools/subject';
import { inputErrors, type ToolForm, useInputs } from '../tools/useToolForm';
import { PreviewCard } from './PreviewCard';
import { RuleFields, scheduleFieldId } from './RuleFields';
import { ruleOf } from './rule';
import classes from './Schedules.module.css';
import type { Scheduled } from './useScheduled';
import { usePreview } from './usePreview';
import { isConflict, useSaveSchedule } from './useSaveSchedule';
import {
  bodyOf,
  checkSchedule,
  countOf,
  type ScheduleErrors,
  type ScheduleField,
  scheduleFields,
  type ScheduleValues,
} from './values';
import { formWords as words } from './words';

interface Props {
  subject: Scheduled;
  /** The one that is edited; null: it is new. */
  opened: Schedule | null;
  first: ScheduleValues;
  firstInputs: Inputs | null;
  saved: (schedule: Schedule) => void;
  /** Begins again with the schedule as it is now. */
  reload: () => void;
}

export function ScheduleForm({ reload, ...props }: Props) {
  const { subject, opened } = props;
  const { values, errors, form, change, submit, save, failure } = useScheduleForm(props);
  const preview = usePreview(previewOf(subject, values, form, opened));
  return (
    <form noValidate onSubmit={submit} className={classes.columns}>
      <div className={classes.form}>
        <Section title={words.inputs}>
          {form.fields.length === 0 ? (
            <Text size="sm" c="dimmed">
              {words.noInputs}
            </Text>
          ) : (
            <InputFields {...form} />
          )}
        </Section>
        <Section title={words.when}>
          <RuleFields
            rule={values.rule}
            setRule={(rule) => change({ rule }, 'rule')}
            zone={values.zone}
            setZone={(zone) => change({ zone }, 'zone')}
            errors={errors}
          />
        </Section>
        <Section title={words.limits}>
          <Limits values={values} errors={errors} change={change} runs={opened?.runs ?? null} />
        </Section>
        {isConflict(save.error) ? <Conflict reload={reload} /> : null}
        {failure ? <Failure text={words.notSaved} error={failure} /> : null}
        <Group gap="sm">
          <Button type="submit" loading={save.isPending} data-testid="save-schedule">
            {opened === null ? words.create : words.save}
          </Button>
          {save.isSuccess ? (
            <Text size="sm" c="dimmed">
              {words.saved}
            </Text>
          ) : null}
        </Group>
      </div>
      <div className={classes.beside}>
        <PreviewCard preview={preview} />
      </div>
    </form>
  );
}

function useScheduleForm({ subject, opened, first, firstInputs, saved }: Omit<Props, 'reload'>) {
  const [values, setValues] = useState(first);
  const [errors, setErrors] = useState<ScheduleErrors>({});
  const form = useScheduleInputs(subject, firstInputs);
  const save = useSaveSchedule(opened, (schedule) => {
    announce(opened === null ? words.created(schedule.name) : words.saved);
    saved(schedule);
  });
  const refuse = (wrongInputs: FormErrors, wrong: ScheduleErrors) => {
    form.refuse(wrongInputs);
    setErrors(wrong);
    return focusFirst(form.fields, wrongInputs) || focusField(wrong);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending || refuse(form.check(), checkSchedule(values))) return;
    save.mutate(bodyOf(values, subject, form.inputs), {
      onError: (error) => {
        refuse(inputErrors(error, form.fields), fieldErrors(error, scheduleFields));
      },
    });
  };
  const { error } = save;
  const atFields = {
    ...inputErrors(error, form.fields),
    ...fieldErrors(error, scheduleFields),
  };
  return {
    values,
    errors,
    form,
    submit,
    save,
    /** A failure that belongs to no field. */
    failure: Object.keys(atFields).length > 0 || isConflict(error) ? null : error,
    change: (part: Partial<ScheduleValues>, field: ScheduleField) => {
      setValues({ ...values, ...part });
      const { [field]: _, ...others } = errors;
      setErrors(others);
      if (!save.isPending) save.reset();
    },
  };
}

function useScheduleInputs(subject: Scheduled, firstInputs: Inputs | null): ToolForm {
  const fields = useMemo(() => fieldsOf(subject.form), [subject.form]);
  return useInputs(
    fields,
    () => (firstInputs === null ? initialValues(fields) : valuesOf(fields, firstInputs)),
    () => undefined,
  );
}

// The times are told as soon as they are complete; what a month costs needs the inputs, too.
function previewOf(
  subject: Scheduled,
  values: ScheduleValues,
  form: ToolForm,
  opened: Schedule | null,
): PreviewScheduleRequest | null {
  const { rule, zone } = checkSchedule(values);
  if (rule !== undefined || zone !== undefined) return null;
  const most = countOf(values.maxRuns);
  return {
    rule: ruleOf(values.rule),
    zone: values.zone.trim(),
    ...(form.complete ? { ...named(subject), inputs: form.inputs } : {}),
    ...(most === null ? {} : { max_runs: Math.max(0, most - (opened?.runs ?? 0)) }),
  };
}

function focusField(errors: ScheduleErrors): boolean {
  const first = scheduleFields.find((field) => field in errors);
  if (first) document.getElementById(scheduleFieldId(first))?.focus();
  return first !== undefined;
}

interface LimitsProps {
  values: ScheduleValues;
  errors: ScheduleErrors;
  change: (part: Partial<ScheduleValues>, field: ScheduleField) => void;
  /** Of one that has begun. */
  runs: number | null;
}

function Limits({ values, errors, change, runs }: LimitsProps) {
  const soFar = runs === null || runs === 0 ? '' : ` ${words.runsSoFar(runs)}`;
  return (
    <Stack gap="md">
      <TextInput
        id={scheduleFieldId('name')}
        label={words.name}
        maxLength={80}
        value={values.name}
        error={errors.name}
        onChange={(event) => change({ name: event.currentTarget.value }, 'name')}
      />
      <div className={classes.pair}>
        <TextInput
          id={scheduleFieldId('max_credits')}
          label={words.cap}
          description={words.capHelp}
          inputMode="decimal"
          value={values.cap}
          error={errors.max_credits}
          onChange={(event) => change({ cap: event.currentTarget.value }, 'max_credits')}
        />
        <TextInput
          id={scheduleFieldId('max_runs')}
          label={words.maxRuns}
          description={words.maxRunsHelp + soFar}
          inputMode="numeric"
          value={values.maxRuns}
          error={errors.max_runs}
          onChange={(event) => change({ maxRuns: event.currentTarget.value }, 'max_runs')}
        />
        <TextInput
          id={scheduleFieldId('failure_limit')}
          label={words.failures}
          description={words.failuresHelp}
          inputMode="numeric"
          value={values.failureLimit}
          error={errors.failure_limit}
          onChange={(event) => change({ failureLimit: event.currentTarget.value }, 'failure_limit')}
        />
      </div>
    </Stack>
  );
}

function Conflict({ reload }: { reload: () => void }) {
  return (
    <Alert color="orange" icon={<IconUsers aria-hidden />} title={words.conflictTitle} role="alert">
      <Text size="sm" mb="xs">
        {words.conflict}
      </Text>
      <Button size="compact-md" variant="default" onClick={reload}>
        {words.reload}
      </Button>
    </Alert>
  );
}

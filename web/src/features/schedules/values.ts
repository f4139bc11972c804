/** A schedule as a form: what a person types, what can be said about it here, what is sent. */
import type { CreateScheduleRequest, Schedule } from '../../api/gen';
import { capOf } from '../tools/cap';
import type { Inputs } from '../tools/inputs/fields';
import { named, type Subject } from '../tools/subject';
import { firstRule, readRule, type RuleForm, ruleOf } from './rule';
import { formWords as words } from './words';

export interface ScheduleValues {
  name: string;
  rule: RuleForm;
  zone: string;
  maxRuns: string;
  cap: string;
  failureLimit: string;
}

export type ScheduleErrors = Partial<Record<ScheduleField, string>>;

/** As the server's pointers name them, in the order of the form. */
export const scheduleFields = [
  'name',
  'rule',
  'zone',
  'max_runs',
  'max_credits',
  'failure_limit',
] as const;
export type ScheduleField = (typeof scheduleFields)[number];

export const MOST_FAILURES = 20;

export function newValues(name: string, zone: string): ScheduleValues {
  return { name, rule: firstRule, zone, maxRuns: '', cap: '', failureLimit: '5' };
}

export function valuesOfSchedule(schedule: Schedule): ScheduleValues {
  return {
    name: schedule.name,
    rule: readRule(schedule.rule),
    zone: schedule.zone,
    maxRuns: schedule.max_runs === null ? '' : String(schedule.max_runs),
    cap: schedule.max_credits ?? '',
    failureLimit: String(schedule.failure_limit),
  };
}

export function checkSchedule(values: ScheduleValues): ScheduleErrors {
  const { name, rule, zone, maxRuns, cap, failureLimit } = values;
  const errors: ScheduleErrors = {};
  if (name.trim() === '') errors.name = words.errors.name;
  if (rule.every === 'weekly' && rule.weekdays.length === 0) errors.rule = words.errors.weekdays;
  if (zone.trim() === '') errors.zone = words.errors.zone;
  if (maxRuns.trim() !== '' && !isCount(maxRuns)) errors.max_runs = words.errors.maxRuns;
  if (capOf(cap) === 'wrong') errors.max_credits = words.errors.cap;
  if (!isCount(failureLimit) || Number(failureLimit) > MOST_FAILURES) {
    errors.failure_limit = words.errors.failures(MOST_FAILURES);
  }
  return errors;
}

function isCount(text: string): boolean {
  return /^[1-9]\d{0,8}$/.test(text.trim());
}

/** What is sent of a form in which nothing is wrong. */
export function bodyOf(
  values: ScheduleValues,
  subject: Pick<Subject, 'kind' | 'id'>,
  inputs: Inputs,
): CreateScheduleRequest {
  const cap = capOf(values.cap);
  return {
    name: values.name.trim(),
    ...named(subject),
    inputs,
    rule: ruleOf(values.rule),
    zone: values.zone.trim(),
    max_runs: countOf(values.maxRuns),
    max_credits: cap === 'wrong' ? null : cap,
    failure_limit: Number(values.failureLimit),
  };
}

/** Null: no limit, or nothing that is one. */
export function countOf(text: string): number | null {
  return isCount(text) ? Number(text) : null;
}

/**
 * When a schedule runs, as a form: what the server's rule says, and what was typed for the kinds of
 * rule that are not chosen now. The server reads rules and puts them into words.
 */
export const everies = ['hourly', 'daily', 'weekly', 'monthly'] as const;
export type Every = (typeof everies)[number];

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof weekdays)[number];

export interface RuleForm {
  every: Every;
  /** Of an hourly rule: minutes past. */
  minute: number;
  /** Of all others: `09:00`. */
  at: string;
  weekdays: readonly Weekday[];
  day: number;
}

export type Json = Record<string, unknown>;

export const slots = [0, 15, 30, 45] as const;

/** Every quarter of an hour of a day, `00:00` to `23:45`. */
export const times: readonly string[] = Array.from({ length: 96 }, (_, slot) => {
  const minutes = slot * 15;
  return `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
});

export function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

export const firstRule: RuleForm = {
  every: 'daily',
  minute: 0,
  at: '09:00',
  weekdays: ['monday'],
  day: 1,
};

export function readRule(rule: Json): RuleForm {
  const { minute, at, day } = rule;
  const named = Array.isArray(rule['weekdays']) ? (rule['weekdays'] as unknown[]) : [];
  return {
    every: everies.find((every) => every === rule['every']) ?? firstRule.every,
    minute: typeof minute === 'number' ? minute : firstRule.minute,
    at: typeof at === 'string' ? at : firstRule.at,
    weekdays: named.length > 0 ? weekdays.filter((one) => named.includes(one)) : firstRule.weekdays,
    day: typeof day === 'number' ? day : firstRule.day,
  };
}

/** What is sent: only what its kind of rule has. */
export function ruleOf({ every, minute, at, weekdays: days, day }: RuleForm): Json {
  switch (every) {
    case 'hourly':
      return { every, minute };
    case 'weekly':
      return { every, weekdays: weekdays.filter((one) => days.includes(one)), at };
    case 'monthly':
      return { every, day, at };
    default:
      return { every, at };
  }
}

/** Puts a day in or takes it out. */
export function toggleDay(rule: RuleForm, day: Weekday): RuleForm {
  const days = rule.weekdays.includes(day)
    ? rule.weekdays.filter((one) => one !== day)
    : weekdays.filter((one) => one === day || rule.weekdays.includes(one));
  return { ...rule, weekdays: days };
}

/** The zones there are, and the one that is set even if this browser does not know it. */
export function zonesWith(current: string): string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', current])]
    .filter((zone) => zone !== '')
    .toSorted();
}

/** When a schedule runs: how often, on which days, at what time, on whose clocks. */
import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useId, useMemo } from 'react';
import { everies, type RuleForm, slots, times, toggleDay, twoDigits, weekdays, zonesWith } from './rule';
import classes from './Schedules.module.css';
import type { ScheduleErrors } from './values';
import { formWords as words } from './words';

interface Props {
  rule: RuleForm;
  setRule: (rule: RuleForm) => void;
  zone: string;
  setZone: (zone: string) => void;
  errors: ScheduleErrors;
}

/** The id of a field's element, by which the first wrong one gets the focus. */
export const scheduleFieldId = (field: string) => `schedule-${field}`;

export function RuleFields({ rule, setRule, zone, setZone, errors }: Props) {
  const pick = (every: string) =>
    setRule({ ...rule, every: everies.find((one) => one === every) ?? rule.every });
  return (
    <Stack gap="md">
      <div className={classes.pair}>
        <NativeSelect
          id={scheduleFieldId('rule')}
          label={words.every}
          error={errors.rule}
          data={everies.map((value) => ({ value, label: words.everies[value] }))}
          value={rule.every}
          onChange={(event) => pick(event.currentTarget.value)}
        />
        {rule.every === 'hourly' ? (
          <NativeSelect
            label={words.minute}
            data={slots.map((slot) => ({ value: String(slot), label: `:${twoDigits(slot)}` }))}
            value={String(rule.minute)}
            onChange={(event) => setRule({ ...rule, minute: Number(event.currentTarget.value) })}
          />
        ) : (
          <NativeSelect
            label={words.at}
            data={[...times]}
            value={rule.at}
            onChange={(event) => setRule({ ...rule, at: event.currentTarget.value })}
          />
        )}
      </div>
      {rule.every === 'weekly' ? <Days rule={rule} setRule={setRule} /> : null}
      {rule.every === 'monthly' ? (
        <NativeSelect
          label={words.day}
          description={rule.day > 28 ? words.lastDay : undefined}
          data={Array.from({ length: 31 }, (_, day) => String(day + 1))}
          value={String(rule.day)}
          onChange={(event) => setRule({ ...rule, day: Number(event.currentTarget.value) })}
        />
      ) : null}
      <Zone zone={zone} setZone={setZone} error={errors.zone} />
    </Stack>
  );
}

function Days({ rule, setRule }: Pick<Props, 'rule' | 'setRule'>) {
  return (
    <fieldset className={classes.days}>
      <Text component="legend" className={classes.legend}>
        {words.weekdays}
      </Text>
      <Group gap={6}>
        {weekdays.map((day) => {
          const chosen = rule.weekdays.includes(day);
          return (
            <Button
              key={day}
              type="button"
              size="compact-md"
              h={36}
              variant={chosen ? 'filled' : 'default'}
              aria-pressed={chosen}
              onClick={() => setRule(toggleDay(rule, day))}
            >
              {words.days[day]}
            </Button>
          );
        })}
      </Group>
    </fieldset>
  );
}

interface ZoneProps {
  zone: string;
  setZone: (zone: string) => void;
  error: string | undefined;
}

function Zone({ zone, setZone, error }: ZoneProps) {
  const list = useId();
  // All zones stay in the list while somebody types.
  const zones = useMemo(() => zonesWith(''), []);
  return (
    <>
      <TextInput
        id={scheduleFieldId('zone')}
        label={words.zone}
        description={words.zoneHelp}
        error={error}
        list={list}
        autoComplete="off"
        spellCheck={false}
        value={zone}
        onChange={(event) => setZone(event.currentTarget.value)}
      />
      <datalist id={list}>
        {zones.map((one) => (
          <option key={one} value={one} aria-label={one} />
        ))}
      </datalist>
    </>
  );
}

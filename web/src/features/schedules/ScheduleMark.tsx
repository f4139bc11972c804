/** The state of a schedule as icon, word and colour. */
import { Badge } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBatteryOff,
  IconCalendarCheck,
  IconFlag,
  IconPlayerPause,
} from '@tabler/icons-react';
import type { ScheduleState } from '../../api/gen';
import { states } from './words';

const icons: Record<ScheduleState, typeof IconFlag> = {
  active: IconCalendarCheck,
  paused: IconPlayerPause,
  paused_no_credits: IconBatteryOff,
  needs_attention: IconAlertTriangle,
  completed: IconFlag,
};

export function ScheduleMark({ state }: { state: ScheduleState }) {
  const { word, tone } = states[state];
  const Icon = icons[state];
  return (
    // A narrow column of a table must not cut the word.
    <Badge color={tone} size="lg" miw="max-content" leftSection={<Icon size={14} aria-hidden />}>
      {word}
    </Badge>
  );
}

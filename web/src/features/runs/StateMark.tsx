/** The state of a run as icon, word and colour. */
import { Badge } from '@mantine/core';
import {
  IconBatteryOff,
  IconCheck,
  IconClock,
  IconHandStop,
  IconPlayerPlay,
  IconQuestionMark,
  IconX,
} from '@tabler/icons-react';
import type { RunState } from '../../api/gen';
import { runStates } from './states';

const icons: Record<RunState, typeof IconCheck> = {
  queued: IconClock,
  waiting_for_credits: IconBatteryOff,
  running: IconPlayerPlay,
  waiting_for_input: IconQuestionMark,
  paused_no_credits: IconBatteryOff,
  succeeded: IconCheck,
  failed: IconX,
  cancelled: IconHandStop,
};

export function StateMark({ state }: { state: RunState }) {
  const { word, tone } = runStates[state];
  const Icon = icons[state];
  return (
    // A narrow column of a table must not cut the word.
    <Badge color={tone} size="lg" miw="max-content" leftSection={<Icon size={14} aria-hidden />}>
      {word}
    </Badge>
  );
}

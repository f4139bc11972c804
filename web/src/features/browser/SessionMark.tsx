/** Who drives, as icon, word and colour. */
import { Badge } from '@mantine/core';
import {
  IconClock,
  IconEye,
  IconFlag,
  IconHandClick,
  IconPlayerPause,
  IconPlayerPlay,
  IconUserQuestion,
} from '@tabler/icons-react';
import type { Tone } from '../runs/states';
import type { Mode } from './session';
import { modeWords as words } from './words';

const looks: Record<Mode, [icon: typeof IconClock, tone: Tone | 'indigo']> = {
  starting: [IconClock, 'gray'],
  agent: [IconPlayerPlay, 'blue'],
  nobody: [IconUserQuestion, 'gray'],
  paused: [IconPlayerPause, 'orange'],
  mine: [IconHandClick, 'indigo'],
  theirs: [IconEye, 'blue'],
  finished: [IconFlag, 'gray'],
};

export function SessionMark({ mode, driver }: { mode: Mode; driver: string }) {
  const [Icon, tone] = looks[mode];
  const { mark } = words[mode];
  return (
    <Badge
      color={tone}
      size="lg"
      leftSection={<Icon size={14} aria-hidden />}
      data-testid="session-mark"
    >
      {typeof mark === 'string' ? mark : mark(driver)}
    </Badge>
  );
}

/** What a person may do with a session that is at work, and why they may not. */
import { Button, Stack, Text } from '@mantine/core';
import {
  IconHandClick,
  IconHandStop,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStopFilled,
} from '@tabler/icons-react';
import type { BrowserSession, Run } from '../../api/gen';
import { ControlGroup } from '../../ui/ControlGroup';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import type { Stop } from '../runs/useStopRun';
import { words as runs } from '../runs/words';
import { WhoDirects } from '../team/whom';
import { mayNow } from './session';
import type { Act, Control } from './useControl';
import { liveWords as words } from './words';

/** The button that takes control and gives it back: where the focus goes with it. */
export const CONTROL_ID = 'browser-control';

interface Props {
  run: Run;
  session: BrowserSession;
  control: Control;
  take: () => void;
  stop: Stop;
}

export function Controls({ run, session, control, take, stop }: Props) {
  const { user } = useMe();
  const may = mayNow(session, user.id);
  const busy = control.busy !== null;
  const press = (act: Act) => () => control.press(act);
  return (
    <Stack gap="sm">
      {control.error ? <Failure text={words.failed} error={control.error} /> : null}
      {stop.error ? <Failure text={runs.failed} error={stop.error} /> : null}
      <ControlGroup label={words.controls}>
        {may.take || may.release ? (
          <Pressed
            id={CONTROL_ID}
            text={may.release ? words.release : words.takeControl}
            icon={may.release ? IconHandStop : IconHandClick}
            filled
            dead={busy}
            press={may.release ? press('release') : take}
          />
        ) : null}
        {may.pause || may.goOn ? (
          <Pressed
            text={may.goOn ? words.goOn : words.pause}
            icon={may.goOn ? IconPlayerPlay : IconPlayerPause}
            filled={may.goOn}
            dead={busy}
            press={may.goOn ? press('goOn') : press('pause')}
          />
        ) : null}
        {run.can_stop ? (
          <Pressed
            text={stop.pressed ? runs.stoppingShort : words.stop}
            icon={IconPlayerStopFilled}
            dead={stop.pressed}
            press={stop.press}
          />
        ) : null}
      </ControlGroup>
      {session.may_control || run.can_stop ? null : (
        <Text size="sm">
          <WhoDirects maker={run.started_by_id} say={words.watchOnly} />
        </Text>
      )}
    </Stack>
  );
}

interface PressedProps {
  id?: string;
  text: string;
  icon: typeof IconHandClick;
  filled?: boolean;
  /** Pressing it does nothing now; it keeps the focus all the same. */
  dead: boolean;
  press: () => void;
}

function Pressed({ id, text, icon: Icon, filled = false, dead, press }: PressedProps) {
  return (
    <Button
      id={id}
      variant={filled ? 'filled' : 'default'}
      leftSection={<Icon size={16} aria-hidden />}
      data-disabled={dead || undefined}
      aria-disabled={dead || undefined}
      onClick={() => (dead ? undefined : press())}
    >
      {text}
    </Button>
  );
}

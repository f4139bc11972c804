/**
 * Run, and while a run is at work Stop, and at an empty pool the way to wait. It is one element
 * throughout, so that the focus stays on it.
 */
import { Button } from '@mantine/core';
import { IconClockPlay, IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import type { KeyboardEvent, MouseEvent } from 'react';
import type { Run } from '../../api/gen';
import type { Stop } from '../runs/useStopRun';
import type { Gate } from '../sessions/gate';
import { pageWords as words } from './words';

interface Props {
  running: Run | null;
  stop: Stop;
  gate: Gate;
  /** There are not enough credits to start now. */
  closed: boolean;
  busy: boolean;
  /** Nothing can be started, for a reason that is told elsewhere. */
  off?: boolean | undefined;
  again: boolean;
  /** What the button says when it starts a run. */
  label?: string | undefined;
  /** A run that is short of credits may wait for them. */
  waits?: boolean;
}

/** May a run that is short of credits wait for them? The server says no when too many wait. */
export function mayWait({ problem }: Gate): boolean {
  return problem?.can_wait ?? true;
}

export function RunButton(props: Props) {
  const { running, stop, gate, closed, busy, off = false, waits = true } = props;
  const waitable = waits && mayWait(gate);
  const dead = busy || (running ? stop.pressed : off || (closed && !waitable));
  const onClick = (event: MouseEvent) => {
    // The second click of a double one was meant for the first.
    if (dead || event.detail > 1) event.preventDefault();
    else if (running) {
      event.preventDefault();
      stop.press();
    }
  };
  const { text, icon: Icon } = look({ ...props, closed: closed && waits });
  return (
    <Button
      type="submit"
      variant={running ? 'default' : 'filled'}
      leftSection={<Icon size={16} aria-hidden />}
      data-disabled={dead || undefined}
      aria-disabled={dead || undefined}
      aria-busy={busy || undefined}
      aria-keyshortcuts={running ? undefined : 'Control+Enter Meta+Enter'}
      onClick={onClick}
      onKeyDown={(event: KeyboardEvent) => {
        // A key that is held down is pressed once.
        if (event.repeat && event.key === 'Enter') event.preventDefault();
      }}
      data-testid="run-button"
    >
      {text}
    </Button>
  );
}

type Look = Pick<Props, 'running' | 'stop' | 'closed' | 'again' | 'label'>;

function look({ running, stop, closed, again, label = words.run }: Look) {
  if (running) {
    const waits = running.state === 'waiting_for_credits';
    const text = stop.pressed ? words.stopping : waits ? words.cancelWaiting : words.stop;
    return { text, icon: IconPlayerStopFilled };
  }
  if (closed) return { text: words.whenThere, icon: IconClockPlay };
  return { text: again ? words.runAgain : label, icon: IconPlayerPlayFilled };
}

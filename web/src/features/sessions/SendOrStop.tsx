/**
 * The one button of the composer, always at the same place: Send, and while an answer is written
 * Stop. It is one element throughout, so that a focus on it is not lost in between.
 */
import { Button } from '@mantine/core';
import { IconArrowUp, IconPlayerStopFilled } from '@tabler/icons-react';
import { type MouseEvent, type RefObject, useLayoutEffect, useRef } from 'react';
import classes from './Composer.module.css';
import type { Stop } from './useStop';
import { composerWords as words } from './words';

interface Props {
  send: () => void;
  ready: boolean;
  sending: boolean;
  stop: Stop | null;
  field: RefObject<HTMLTextAreaElement | null>;
}

export function SendOrStop({ send, ready, sending, stop, field }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const stops = stop !== null;
  const dead = stops || ready ? undefined : true;
  // A button that cannot be pressed any more loses the focus to nowhere: the field takes it.
  useLayoutEffect(() => {
    if (dead && document.activeElement === button.current) toField(field);
  }, [dead, field]);
  const onClick = (event: MouseEvent) => {
    if (!stops) {
      toField(field);
      send();
      // The second click of a double one was meant for Send.
    } else if (event.detail < 2) {
      stop.press();
    }
  };
  return (
    <Button
      ref={button}
      className={classes.act}
      onClick={onClick}
      disabled={dead}
      loading={sending}
      {...(stops ? stopLook(stop.pressed) : {})}
      rightSection={icon(stops, stop?.pressed === true)}
    >
      {stops ? (stop.pressed ? words.stopping : words.stop) : words.send}
    </Button>
  );
}

// Stopping, it cannot be pressed but keeps the focus: the end may be a moment away.
function stopLook(pressed: boolean) {
  if (pressed) return { variant: 'default', 'data-disabled': true, 'aria-disabled': true } as const;
  return { variant: 'default', 'aria-label': words.stopThis, 'aria-keyshortcuts': 'Escape' } as const;
}

function icon(stops: boolean, pressed: boolean) {
  if (!stops) return <IconArrowUp size={17} aria-hidden />;
  return pressed ? null : <IconPlayerStopFilled size={15} aria-hidden />;
}

// With a finger, the focus would bring the keyboard over the answer.
function toField(field: RefObject<HTMLTextAreaElement | null>): void {
  if (window.matchMedia('(pointer: coarse)').matches) return;
  field.current?.focus({ preventScroll: true });
}

/**
 * What lies over the picture while a person is in control: it takes clicks, the wheel, fingers
 * and all keys. A text field, so that every keyboard writes into it, those on the glass too.
 */
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
} from 'react';
import classes from './Browser.module.css';
import { type Input, textsOf } from './input-queue';
import { onPage } from './session';
import { liveWords as words } from './words';

/** Keys that do something on a page; letters come as text. */
const KEYS: ReadonlySet<string> = new Set([
  'Enter',
  'Tab',
  'Escape',
  'Backspace',
  'Delete',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'PageUp',
  'PageDown',
  'Home',
  'End',
]);

/** A line of a wheel that counts in lines, in CSS pixels. */
const LINE = 40;

interface Props {
  push: (event: Input) => void;
  pad: RefObject<HTMLTextAreaElement | null>;
}

export function Pad({ push, pad }: Props) {
  useWheel(pad, push);
  useErasing(pad, push);
  const drag = useDrag(push);
  const take = (field: HTMLTextAreaElement) => {
    for (const text of textsOf(field.value)) push(text);
    field.value = '';
  };
  return (
    <textarea
      ref={pad}
      className={classes.pad}
      aria-label={words.hands}
      autoComplete="off"
      autoCapitalize="off"
      autoCorrect="off"
      spellCheck={false}
      onClick={(event: MouseEvent<HTMLTextAreaElement>) =>
        push({ kind: 'click', ...onPage(event.currentTarget.getBoundingClientRect(), event) })
      }
      onPointerMove={drag}
      onKeyDown={(event) => onKey(event, push)}
      onInput={(event) => {
        if (!(event.nativeEvent as InputEvent).isComposing) take(event.currentTarget);
      }}
      onCompositionEnd={(event) => take(event.currentTarget)}
      onPaste={(event) => onPaste(event, push)}
    />
  );
}

function onKey(event: KeyboardEvent, push: Props['push']): void {
  if (event.nativeEvent.isComposing || !KEYS.has(event.key)) return;
  // With these held it is a key of this window, not of the page.
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  push({ kind: 'key', key: event.key });
}

function onPaste(event: ClipboardEvent, push: Props['push']): void {
  event.preventDefault();
  for (const text of textsOf(event.clipboardData.getData('text/plain'))) push(text);
}

// A finger that moves scrolls the page under it.
function useDrag(push: Props['push']) {
  return (event: PointerEvent<HTMLTextAreaElement>) => {
    if (event.pointerType !== 'touch') return;
    const box = event.currentTarget.getBoundingClientRect();
    const dx = -Math.round(event.movementX);
    const dy = -Math.round(event.movementY);
    const middle = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
    if (dx !== 0 || dy !== 0) push({ kind: 'scroll', ...onPage(box, middle), dx, dy });
  };
}

// React listens to the wheel without a say in what it does to this window.
function useWheel(pad: Props['pad'], push: Props['push']): void {
  const send = useEffectEvent(push);
  useEffect(() => {
    const field = pad.current;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1;
      const at = onPage((event.currentTarget as Element).getBoundingClientRect(), event);
      const [dx, dy] = [Math.round(event.deltaX * unit), Math.round(event.deltaY * unit)];
      if (dx !== 0 || dy !== 0) send({ kind: 'scroll', ...at, dx, dy });
    };
    field?.addEventListener('wheel', onWheel, { passive: false });
    return () => field?.removeEventListener('wheel', onWheel);
  }, [pad]);
}

// Keyboards on the glass do not name their keys: that they erase is only told before it is done.
function useErasing(pad: Props['pad'], push: Props['push']): void {
  const send = useEffectEvent(push);
  useEffect(() => {
    const field = pad.current;
    const onErase = (event: InputEvent) => {
      if (event.inputType !== 'deleteContentBackward' || event.isComposing) return;
      event.preventDefault();
      send({ kind: 'key', key: 'Backspace' });
    };
    field?.addEventListener('beforeinput', onErase);
    return () => field?.removeEventListener('beforeinput', onErase);
  }, [pad]);
}

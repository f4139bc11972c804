/** The page of a session as it is now: its address, its picture, and who is in control of it. */
import { ActionIcon, Button, Text, TextInput } from '@mantine/core';
import { IconArrowLeft, IconHandClick, IconWorld } from '@tabler/icons-react';
import { type FormEvent, type RefObject, useState } from 'react';
import type { BrowserSession } from '../../api/gen';
import classes from './Browser.module.css';
import type { Input } from './input-queue';
import { Pad } from './Pad';
import { addressOf, type Mode, PAGE } from './session';
import { useLive } from './useLive';
import { liveWords as words, modeWords } from './words';

interface Props {
  runId: string;
  session: BrowserSession;
  mode: Mode;
  /** How often the run's own stream was opened. */
  opened: number;
  push: (event: Input) => void;
  pad: RefObject<HTMLTextAreaElement | null>;
}

export function Stage({ runId, session, mode, opened, push, pad }: Props) {
  const mine = mode === 'mine';
  return (
    <div className={classes.stage} data-mine={mine || undefined} data-testid="browser-stage">
      {mine ? <InControl /> : null}
      {mine ? (
        <AddressField url={session.url} push={push} pad={pad} />
      ) : (
        <AddressLine session={session} />
      )}
      <div className={classes.screen}>
        {mode === 'starting' ? (
          <Text size="sm" className={classes.instead}>
            {words.starting}
          </Text>
        ) : (
          // An image element is not told that its stream has broken off: when the run's own
          // stream comes back, the picture is opened anew, too.
          <Picture key={Math.max(opened, 1)} runId={runId} title={session.title} />
        )}
        {mine ? <Pad push={push} pad={pad} /> : null}
      </div>
    </div>
  );
}

function InControl() {
  const { text, hint, keys, release } = modeWords.mine;
  return (
    <div className={classes.control} data-testid="in-control">
      <IconHandClick size={20} aria-hidden />
      <span>
        <strong>{text}</strong> {hint}{' '}
        <span className={classes.keys}>
          {keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </span>{' '}
        {release}
      </span>
    </div>
  );
}

function AddressLine({ session: { url, title } }: { session: BrowserSession }) {
  return (
    <div className={classes.address} data-testid="browser-address">
      <IconWorld size={17} aria-hidden />
      <span className={classes.url}>{url === '' ? words.noAddress : url}</span>
      {title === '' ? null : <span className={classes.pageTitle}>{title}</span>}
    </div>
  );
}

// On another page, what was typed for the last one is no longer meant.
function AddressField({ url, push, pad }: Pick<Props, 'push' | 'pad'> & { url: string }) {
  const [held, hold] = useState({ url, typed: url });
  const [wrong, setWrong] = useState(false);
  if (held.url !== url) hold({ url, typed: url });
  const { typed } = held;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const address = addressOf(typed);
    setWrong(address === null);
    if (address === null) return;
    push({ kind: 'navigate', url: address });
    pad.current?.focus();
  };
  return (
    <form className={classes.go} noValidate onSubmit={submit}>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={words.back}
        onClick={() => push({ kind: 'back' })}
      >
        <IconArrowLeft size={18} aria-hidden />
      </ActionIcon>
      <TextInput
        className={classes.field}
        aria-label={words.address}
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        error={wrong ? words.wrongAddress : undefined}
        onChange={(event) => {
          hold({ url, typed: event.currentTarget.value });
          setWrong(false);
        }}
      />
      <Button type="submit" variant="default">
        {words.go}
      </Button>
    </form>
  );
}

// An image that is only taken off the page would go on reading its stream. One function for all:
// another one would be another reference, and the image be given up whenever it is drawn again.
const givesUp = (image: HTMLImageElement) => () => image.removeAttribute('src');

function Picture({ runId, title }: { runId: string; title: string }) {
  const live = useLive(runId);
  if (live.src === null) {
    return (
      <Text size="sm" className={classes.instead}>
        {live.lost ? words.lost : words.none}
      </Text>
    );
  }
  return (
    <img
      key={live.src}
      ref={givesUp}
      src={live.src}
      alt={words.alt(title)}
      width={PAGE.width}
      height={PAGE.height}
      className={classes.picture}
      draggable={false}
      data-testid="live-picture"
      onLoad={live.seen}
      onError={live.failed}
    />
  );
}

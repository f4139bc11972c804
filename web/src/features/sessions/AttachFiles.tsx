/** Attaching files to a message: the button, and what is attached or on its way, to be removed. */
import { ActionIcon, Text } from '@mantine/core';
import { IconFile, IconPaperclip, IconX } from '@tabler/icons-react';
import { type RefObject, useRef } from 'react';
import { acceptText } from '../files/upload';
import { sizeText, words as files } from '../files/words';
import { type Attaching, MOST_FILES, readable } from './attach';
import classes from './Files.module.css';
import { attachWords as words } from './words';

export function AttachButton({ attaching }: { attaching: Attaching }) {
  const input = useRef<HTMLInputElement>(null);
  const full = attaching.files.length + attaching.sending.length >= MOST_FILES;
  return (
    <>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={36}
        aria-label={full ? words.full(MOST_FILES) : words.attach}
        title={full ? words.full(MOST_FILES) : words.attachHint(MOST_FILES)}
        aria-disabled={full || undefined}
        data-disabled={full || undefined}
        onClick={() => (full ? undefined : input.current?.click())}
      >
        <IconPaperclip size={19} aria-hidden />
      </ActionIcon>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.attach}
        accept={acceptText(readable)}
        data-testid="attach-files"
        onChange={({ currentTarget }) => {
          attaching.add([...(currentTarget.files ?? [])]);
          // The same file may be chosen again after an error.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

interface AttachedProps {
  attaching: Attaching;
  /** Takes the focus when a chip that had it is gone. */
  field: RefObject<HTMLTextAreaElement | null>;
}

export function Attached({ attaching, field }: AttachedProps) {
  const { files: list, sending, failure } = attaching;
  const gone = (act: () => void) => {
    act();
    field.current?.focus({ preventScroll: true });
  };
  return (
    <div className={classes.attached} data-testid="attached">
      {list.length + sending.length === 0 ? null : (
        <ul className={classes.chips} aria-label={words.attached}>
          {list.map(({ id, name, size }) => (
            <li key={id} className={classes.chip}>
              <IconFile size={16} aria-hidden />
              <span className={classes.name}>{name}</span>
              <span className={classes.size}>{sizeText(size)}</span>
              <Remove label={files.removeNamed(name)} act={() => gone(() => attaching.remove(id))} />
            </li>
          ))}
          {sending.map(({ key, name, percent }) => (
            <li key={key} className={classes.chip}>
              <span className={classes.name}>{name}</span>
              <progress
                className={classes.progress}
                max={100}
                value={percent}
                aria-label={files.progress(name)}
              />
              <Remove label={words.stopNamed(name)} act={() => gone(() => attaching.stop(key))} />
            </li>
          ))}
        </ul>
      )}
      {failure === null ? null : (
        <Text size="sm" c="red" role="alert">
          {failure}
        </Text>
      )}
    </div>
  );
}

function Remove({ label, act }: { label: string; act: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={24} aria-label={label} onClick={act}>
      <IconX size={14} aria-hidden />
    </ActionIcon>
  );
}

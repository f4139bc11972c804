/** A button that copies a text and says that it did. */
import { Button, type ButtonProps, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { announce } from './announce';
import { words } from './words';

interface Props extends ButtonProps {
  text: string;
  label?: string;
}

export function CopyText({ text, label = words.copy, ...button }: Props) {
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
          {...button}
          onClick={() => {
            copy();
            announce(words.copied);
          }}
        >
          {copied ? words.copied : label}
        </Button>
      )}
    </CopyButton>
  );
}

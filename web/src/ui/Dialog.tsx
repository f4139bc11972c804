/** A dialog: title, close button, focus kept inside, given back afterwards. */
import { Modal, type ModalProps } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import classes from './Dialog.module.css';
import { words } from './words';

interface Props {
  title: string;
  close: () => void;
  size?: ModalProps['size'];
  children: ReactNode;
}

// Put together by hand because Mantine's own head is a second banner landmark.
export function Dialog({ title, close, size = 'md', children }: Props) {
  useFocusBack();
  return (
    <Modal.Root
      opened
      onClose={close}
      size={size}
      centered
      radius="lg"
      classNames={{ content: classes.dialog, body: classes.body, title: classes.title }}
    >
      <Modal.Overlay backgroundOpacity={0.45} blur={2} />
      <Modal.Content>
        <div className={classes.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={words.close} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

// Mantine gives the focus back only where a closed dialog stays mounted.
function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    },
    [before],
  );
}

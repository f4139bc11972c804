/** All files of a session in one list, to be downloaded. */
import { Button, Popover } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useState } from 'react';
import type { Attachment } from '../../api/gen';
import { sizeText } from '../files/words';
import { contentOf } from './FileChips';
import classes from './Files.module.css';
import { attachWords as words } from './words';

export function FilesPanel({ files }: { files: readonly Attachment[] }) {
  const [opened, setOpened] = useState(false);
  if (files.length === 0) return null;
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={300}
      shadow="md"
      trapFocus
      withRoles
    >
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          flex="none"
          px={10}
          leftSection={<IconPaperclip size={17} aria-hidden />}
          onClick={() => setOpened(!opened)}
        >
          {words.files(files.length)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={6} aria-label={words.panel}>
        <ul className={classes.list}>
          {files.map(({ id, name, size }) => (
            <li key={id}>
              <a
                className={classes.row}
                href={contentOf(id)}
                download={name}
                aria-label={words.download(name, sizeText(size))}
              >
                <span className={classes.name}>{name}</span>
                <span className={classes.size}>{sizeText(size)}</span>
              </a>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

/** The files that came with a message: their names, to be downloaded. */
import { IconFile } from '@tabler/icons-react';
import type { Attachment } from '../../api/gen';
import { sizeText } from '../files/words';
import classes from './Files.module.css';
import { attachWords as words } from './words';

export function FileChips({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className={classes.chips} data-side="end" aria-label={words.attached}>
      {files.map(({ id, name, size }) => (
        <li key={id} className={classes.item}>
          <a
            className={classes.chip}
            href={contentOf(id)}
            download={name}
            aria-label={words.download(name, sizeText(size))}
          >
            <IconFile size={16} aria-hidden />
            <span className={classes.name}>{name}</span>
            <span className={classes.size}>{sizeText(size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Where the bytes of a file are. */
export function contentOf(id: string): string {
  return `/api/v1/files/${encodeURIComponent(id)}/content`;
}

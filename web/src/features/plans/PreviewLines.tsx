/** A preview line by line; a line that differs from the last look says so in words. */
import { Facts } from '../../ui/Facts';
import classes from './Plans.module.css';
import type { Line } from './preview';
import { previewWords as words } from './words';

export function PreviewLines({ lines }: { lines: readonly Line[] }) {
  return (
    <Facts
      facts={lines.map(({ name, text, before, strong, money }) => ({
        name,
        strong,
        word: money && before === null,
        value:
          before === null ? (
            text
          ) : (
            <>
              <mark className={classes.changed}>{text}</mark>
              <span className={classes.before}>{words.before(before)}</span>
            </>
          ),
      }))}
    />
  );
}

/** In the place of the composer, for who may read a session and not write in it. */
import { Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import classes from '../team/ReadOnly.module.css';
import { shareWords as words } from './words';

export function Reading({ owner }: { owner: string }) {
  return (
    <div className={classes.box} data-testid="reading">
      <IconEye size={20} aria-hidden />
      <Text size="sm">{words.reading(owner)}</Text>
    </div>
  );
}

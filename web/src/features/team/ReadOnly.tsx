/** In the place of what starts work, for people who may only read: the reason, and whom to ask. */
import { Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import classes from './ReadOnly.module.css';
import { WhoMay } from './whom';
import { readWords as words } from './words';

/** What cannot be done: the end of “Ask Mia for Member access to …”. */
export type Barred = keyof typeof words.to;

export function ReadOnly({ to }: { to: Barred }) {
  return (
    <div className={classes.box} data-testid="read-only">
      <IconEye size={20} aria-hidden />
      <Text size="sm">
        {words.read} <WhoMay right="manage_team" say={(whom) => words.ask(whom, words.to[to])} />
      </Text>
    </div>
  );
}

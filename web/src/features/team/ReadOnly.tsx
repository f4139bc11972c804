/** In the place of what starts work, for people who may only read: the reason, and whom to ask. */
import { Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { membersQuery } from '../../api/queries';
import { anyOf } from '../../credits/words';
import classes from './ReadOnly.module.css';
import { readWords as words } from './words';

/** What cannot be done: the end of “Ask Mia for Member access to …”. */
export type Barred = keyof typeof words.to;

export function ReadOnly({ to }: { to: Barred }) {
  const members = useQuery(membersQuery).data?.data ?? [];
  const names = members.filter(({ role }) => managing.includes(role)).map(({ name }) => name);
  const whom = names.length === 0 ? words.anAdmin : anyOf(names);
  return (
    <div className={classes.box} data-testid="read-only">
      <IconEye size={20} aria-hidden />
      <Text size="sm">
        {words.read} {words.ask(whom, words.to[to])}
      </Text>
    </div>
  );
}

// Who gives roles; what the reader may do is decided by rights alone.
const managing: readonly string[] = ['owner', 'admin'];

/** The header: the page's title, what is running, and the credits, for everybody. */
import { Burger, Group } from '@mantine/core';
import { useCurrentTitle } from '../../ui/title';
import { CreditBadge } from './CreditBadge';
import classes from './Header.module.css';
import { RunningChip } from './RunningChip';
import { words } from './words';

interface Props {
  opened: boolean;
  open: () => void;
}

export function Header({ opened, open }: Props) {
  const title = useCurrentTitle();
  return (
    <div className={classes.header}>
      <Burger
        opened={opened}
        onClick={open}
        hiddenFrom="sm"
        size="sm"
        id="open-menu"
        aria-label={words.menu}
        aria-expanded={opened}
      />
      <h1 id="page-title" tabIndex={-1} className={classes.title}>
        {title}
      </h1>
      <Group gap={8} wrap="nowrap">
        <RunningChip />
        <CreditBadge />
      </Group>
    </div>
  );
}

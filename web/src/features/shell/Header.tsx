/** The header: the page's title, what is running, and the credits, for everybody. */
import { Burger, Group } from '@mantine/core';
import { useCurrentTitle } from '../../ui/title';
import { CreditBadge } from './CreditBadge';
import classes from './Header.module.css';
import { RunningChip } from './RunningChip';
import { words } from './words';

interface Props {
  opened: boolean;
  toggle: () => void;
}

export function Header({ opened, toggle }: Props) {
  const title = useCurrentTitle();
  return (
    <div className={classes.header}>
      <Burger
        opened={opened}
        onClick={toggle}
        hiddenFrom="sm"
        size="sm"
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

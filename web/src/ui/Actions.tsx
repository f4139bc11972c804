/** A button that opens a short list of actions. */
import { Popover, type PopoverProps } from '@mantine/core';
import type { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Actions.module.css';

export interface Action {
  label: string;
  icon: typeof IconDots;
  run: () => void;
  /** Of a choice: it is the present one. */
  current?: boolean;
}

interface Props {
  label: string;
  actions: readonly Action[];
  opened: boolean;
  setOpened: (opened: boolean) => void;
  /** The button that opens the list. */
  children: ReactNode;
  position: PopoverProps['position'];
  width: number;
}

export function Actions(props: Props) {
  const { label, actions, opened, setOpened, children, position, width } = props;
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position={position}
      width={width}
      shadow="md"
      trapFocus
      withRoles
    >
      <Popover.Target>{children}</Popover.Target>
      <Popover.Dropdown p={6} aria-label={label}>
        <ul className={classes.list}>
          {actions.map(({ label: text, icon: Icon, run, current }, index) => (
            // Two may be called alike.
            <li key={`${index}.${text}`}>
              <button
                type="button"
                aria-current={current || undefined}
                className={classes.action}
                onClick={() => {
                  setOpened(false);
                  run();
                }}
              >
                <Icon size={17} aria-hidden />
                {text}
              </button>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

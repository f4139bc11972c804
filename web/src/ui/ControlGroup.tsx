/** Controls that belong together, under one name for those who do not see them side by side. */
import type { ReactNode } from 'react';
import classes from './ControlGroup.module.css';

interface Props {
  label: string;
  children: ReactNode;
  /** Many fields: in columns of one width, two of them on a phone. */
  columns?: boolean;
}

export function ControlGroup({ label, children, columns = false }: Props) {
  return (
    <fieldset
      className={classes.group}
      aria-label={label}
      data-columns={columns || undefined}
    >
      {children}
    </fieldset>
  );
}

/** Controls that belong together, under one name for those who do not see them side by side. */
import type { ReactNode } from 'react';
import classes from './ControlGroup.module.css';

export function ControlGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className={classes.group} aria-label={label}>
      {children}
    </fieldset>
  );
}

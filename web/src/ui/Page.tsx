/** The frame of a screen's content: sets the title and the width. */
import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Page.module.css';
import { usePageTitle } from './title';

interface Props {
  title: string;
  children: ReactNode;
  width?: 'narrow' | 'normal' | 'wide';
}

export function Page({ title, children, width = 'normal' }: Props) {
  usePageTitle(title);
  return (
    <Stack gap={20} className={classes.page} data-width={width}>
      {children}
    </Stack>
  );
}

/** The frame of the screens before one is logged in: promise on the left, form on the right. */
import { Box, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Mark } from '../../ui/Brand';
import { useInstance } from '../../ui/instance';
import { usePageTitle } from '../../ui/title';
import classes from './AuthFrame.module.css';
import { words } from './words';

interface Props {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

export function AuthFrame({ title, lead, children }: Props) {
  const { product_name: product } = useInstance();
  usePageTitle(title);
  return (
    <div className={classes.frame}>
      <aside className={classes.side}>
        <Box className={classes.brand}>
          <Mark size={34} />
          <span>{product}</span>
        </Box>
        <div className={classes.pitch}>
          <p className={classes.promise}>{words.promise}</p>
          <ul className={classes.points}>
            {words.points.map(([head, text]) => (
              <li key={head}>
                <IconCircleCheck size={20} aria-hidden />
                <div>
                  <strong>{head}</strong>
                  <span>{text}</span>
                </div>
              </li>
            ))}
          </ul>
        </div>
      </aside>
      <main className={classes.main}>
        <Stack gap="lg" className={classes.card}>
          <div className={classes.smallBrand} aria-hidden="true">
            <Mark size={32} />
            <span>{product}</span>
          </div>
          <div>
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {lead === undefined ? null : (
              <Text c="dimmed" mt={6}>
                {lead}
              </Text>
            )}
          </div>
          {children}
        </Stack>
      </main>
    </div>
  );
}

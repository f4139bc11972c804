/** A card with a heading: the one container every screen is made of. */
import { Box, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Section.module.css';

interface Props {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** The body reaches the card's edges (tables). */
  flush?: boolean;
}

export function Section({ title, description, actions, children, flush = false }: Props) {
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={id}>
      <Group justify="space-between" align="flex-start" gap="sm" className={classes.head}>
        <Box className={classes.titles}>
          <Title order={2} id={id} className={classes.title}>
            {title}
          </Title>
          {description === undefined ? null : (
            <Text size="sm" c="dimmed" mt={2}>
              {description}
            </Text>
          )}
        </Box>
        {actions}
      </Group>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}

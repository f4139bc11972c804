/** What goes, or what stays: a heading and a plain list. */
import { Box, List, Text } from '@mantine/core';

export function Points({ title, points }: { title: string; points: readonly string[] }) {
  return (
    <Box>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <List size="sm" mt={4} spacing={2} withPadding>
        {points.map((point) => (
          <List.Item key={point}>{point}</List.Item>
        ))}
      </List>
    </Box>
  );
}

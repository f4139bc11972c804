/** The skeleton of a table inside a card without padding. */
import { Box } from '@mantine/core';
import { SkeletonLines } from './Remote';

export function Padded() {
  return (
    <Box px={24} pb={16}>
      <SkeletonLines count={5} />
    </Box>
  );
}

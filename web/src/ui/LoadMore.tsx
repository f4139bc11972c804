/** “Load more” under a list that the server sends in pages. */
import { Button, Center } from '@mantine/core';
import { words } from './words';

interface Props {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

export function LoadMore({ query }: Props) {
  if (!query.hasNextPage) return null;
  return (
    <Center py="md">
      <Button
        variant="default"
        loading={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        {words.loadMore}
      </Button>
    </Center>
  );
}

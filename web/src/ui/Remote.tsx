/** The standard states of anything that comes from the server: skeleton, failure, empty, there. */
import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api/problem';
import { CopyText } from './CopyText';
import { words } from './words';

interface Query<T> {
  data: T | undefined;
  error: Error | null;
  refetch: () => unknown;
}

interface Props<T> {
  query: Query<T>;
  /** What failed to load, as in “The runs could not be loaded.” */
  what: string;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

export function Remote<T>({ query, what, skeleton, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return <Failure text={words.notLoaded(what)} error={query.error} retry={query.refetch} />;
  }
  return skeleton ?? <SkeletonLines />;
}

interface FailureProps {
  /** What did not work; without it the server's own words say it all. */
  text: string | undefined;
  error?: unknown;
  retry?: () => unknown;
}

// The id is one long word: on a narrow screen it takes two lines.
const wrapping = {
  root: { height: 'auto', maxWidth: '100%' },
  label: { whiteSpace: 'normal', overflowWrap: 'anywhere', textAlign: 'left' },
} as const;

export function Failure({ text, error, retry }: FailureProps) {
  const problem = error instanceof ApiProblem ? error : null;
  // What is not there will not be there the next time either.
  const again = problem?.status === 404 ? undefined : retry;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={text ?? problem?.message} role="alert">
      {problem && text ? <Text size="sm">{problem.message}</Text> : null}
      <Group gap="sm" mt="xs">
        {again ? (
          <Button size="compact-sm" variant="default" onClick={() => void again()}>
            {words.retry}
          </Button>
        ) : null}
        {problem?.requestId ? (
          <CopyText
            text={problem.requestId}
            label={words.requestId(problem.requestId)}
            size="compact-xs"
            fw={400}
            styles={wrapping}
          />
        ) : null}
      </Group>
    </Alert>
  );
}

export function SkeletonLines({ count = 4 }: { count?: number }) {
  return (
    <Stack gap={14} py={6} aria-hidden="true">
      {Array.from({ length: count }, (_, line) => (
        <Skeleton key={line} height={16} width={`${92 - (line % 3) * 14}%`} />
      ))}
    </Stack>
  );
}

export function Empty({ text, action }: { text: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="sm" py={28} px="md">
      <Text c="dimmed" ta="center" maw={440}>
        {text}
      </Text>
      {action}
    </Stack>
  );
}

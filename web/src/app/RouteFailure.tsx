/** What a whole page shows when its address is unknown or it could not be opened. */
import { Container, Stack, Text, Title } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Mark } from '../ui/Brand';
import { ButtonTo } from '../ui/LinkTo';
import { Failure } from '../ui/Remote';
import { isMissingPart, loadAgainOnce } from './upgrade';

const words = {
  missing: 'There is no page at this address',
  missingText: 'It may have been deleted, or the link is incomplete.',
  home: 'Go to Home',
  failed: 'This page could not be opened.',
};

export function NotFound() {
  return (
    <main>
      <Container size="xs" py={96}>
        <Stack align="flex-start">
          <Mark size={40} />
          <Title order={1}>{words.missing}</Title>
          <Text c="dimmed">{words.missingText}</Text>
          <ButtonTo to="/">{words.home}</ButtonTo>
        </Stack>
      </Container>
    </main>
  );
}

export function RouteFailure({ error }: { error: unknown }) {
  const router = useRouter();
  const missing = isMissingPart(error);
  useEffect(() => {
    if (isMissingPart(error)) void loadAgainOnce(error);
  }, [error]);
  // A part that was refused once is not asked for again by the page that wanted it.
  const retry = () => (missing ? window.location.reload() : router.invalidate());
  return (
    <Container size="xs" py={96}>
      <Failure text={words.failed} error={error} retry={retry} />
    </Container>
  );
}

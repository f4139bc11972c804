/** The built-in stand-in for a provider's card page: the test card that pays from now on. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type SandboxCard, saveSandboxCard } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { sandboxCardsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { ButtonTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { cardWords as words, checkoutWords } from './sandbox-words';
import { TestCards } from './TestCards';

export function SandboxCardScreen() {
  const cards = useQuery(sandboxCardsQuery);
  return (
    <Page title={words.title} width="narrow">
      <Text c="dimmed">{words.lead}</Text>
      <Section title={words.card}>
        <Remote query={cards} what={checkoutWords.cardsWhat}>
          {({ data }) => <Cards cards={data} />}
        </Remote>
      </Section>
    </Page>
  );
}

function Cards({ cards }: { cards: SandboxCard[] }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [card, setCard] = useState(cards[0]?.number ?? '');
  const save = useMutation({
    mutationFn: (number: string) => call(saveSandboxCard({ body: { card: number } })),
    onSuccess: () => {
      announce(words.saved);
      void queries.invalidateQueries({ queryKey: ['billing'] });
      void navigate({ to: '/billing', search: {} });
    },
  });
  const refused = save.error instanceof ApiProblem && save.error.status === 402;
  return (
    <Stack gap="md">
      {save.error ? (
        <Failure text={refused ? words.refused : words.failed} error={save.error} />
      ) : null}
      <TestCards legend={words.card} cards={cards} chosen={card} choose={setCard} />
      <Group justify="space-between">
        <ButtonTo to="/billing" search={{}} variant="default">
          {checkoutWords.back}
        </ButtonTo>
        <Button loading={save.isPending} disabled={card === ''} onClick={() => save.mutate(card)}>
          {words.yes}
        </Button>
      </Group>
    </Stack>
  );
}

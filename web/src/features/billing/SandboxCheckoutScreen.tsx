/** The built-in payment page: test cards that pay, decline or ask the bank. No money moves. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type Checkout, paySandboxCheckout, type SandboxCard } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { ApiProblem, call } from '../../api/problem';
import { checkoutQuery, sandboxCardsQuery } from '../../api/queries';
import { creditsText, formatMoney } from '../../credits/amount';
import { useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { useGo } from '../../ui/go';
import { ButtonTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { checkoutWords as words } from './sandbox-words';
import { TestCards } from './TestCards';

export function SandboxCheckoutScreen() {
  const { checkoutId } = useParams({ from: '/app/sandbox/checkout/$checkoutId' });
  const checkout = useQuery(checkoutQuery(checkoutId));
  return (
    <Page title={words.title} width="narrow">
      <Text c="dimmed">{words.lead}</Text>
      <Remote query={checkout} what={words.what}>
        {(data) => (
          <>
            <Order checkout={data} />
            {data.state === 'granted' || data.state === 'expired' ? (
              <Over checkout={data} />
            ) : (
              <Pay checkout={data} />
            )}
          </>
        )}
      </Remote>
    </Page>
  );
}

function Order({ checkout }: { checkout: Checkout }) {
  const dates = useDates();
  const { text, credits, credits_expire_at: expires, price } = checkout;
  return (
    <Section title={words.order}>
      <Facts
        facts={[
          { name: words.item, value: credits ? creditsText(credits) : text },
          expires ? { name: words.expires, value: dates.day(expires) } : null,
          { name: words.total, value: formatMoney(price), strong: true },
        ]}
      />
    </Section>
  );
}

function Over({ checkout: { id, state } }: { checkout: Checkout }) {
  return (
    <Section title={state === 'granted' ? words.done : words.over}>
      <ButtonTo to="/billing" search={{ checkout: id }}>
        {words.back}
      </ButtonTo>
    </Section>
  );
}

function Pay({ checkout }: { checkout: Checkout }) {
  const cards = useQuery(sandboxCardsQuery);
  return (
    <Section title={words.card}>
      <Remote query={cards} what={words.cardsWhat}>
        {({ data }) => <Cards checkout={checkout} cards={data} />}
      </Remote>
    </Section>
  );
}

function usePay(checkout: Checkout) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const intent = useIntent();
  const go = useGo();
  return useMutation({
    mutationFn: (number: string) =>
      call(
        paySandboxCheckout({
          path: { id: checkout.id },
          body: { card: number },
          headers: { 'Idempotency-Key': intent.keyFor(number) },
        }),
      ),
    onSuccess: (paid) => {
      intent.done();
      queries.setQueryData(checkoutQuery(checkout.id).queryKey, paid);
      if (paid.state === 'confirmation_needed' && paid.url !== null) go(paid.url);
      else void navigate({ to: '/billing', search: { checkout: checkout.id } });
    },
    onError: (error) => {
      // A decline is an answer: paying again, even with the same card, is a new attempt.
      if (error instanceof ApiProblem && error.status === 402) intent.done();
    },
  });
}

function Cards({ checkout, cards }: { checkout: Checkout; cards: SandboxCard[] }) {
  const [card, setCard] = useState(cards[0]?.number ?? '');
  const pay = usePay(checkout);
  const declined = pay.error instanceof ApiProblem && pay.error.status === 402;
  return (
    <Stack gap="md">
      {pay.error ? (
        <Failure text={declined ? undefined : words.unpaid} error={pay.error} />
      ) : null}
      <TestCards legend={words.card} cards={cards} chosen={card} choose={setCard} />
      <Group justify="space-between">
        <ButtonTo
          to="/billing"
          search={{ checkout: checkout.id, cancelled: 1 }}
          variant="default"
        >
          {words.back}
        </ButtonTo>
        <Button
          size="md"
          loading={pay.isPending}
          disabled={card === ''}
          onClick={() => pay.mutate(card)}
        >
          {words.pay(formatMoney(checkout.price))}
        </Button>
      </Group>
    </Stack>
  );
}

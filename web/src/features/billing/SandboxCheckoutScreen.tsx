/** The built-in payment page: test cards that succeed and decline. No money moves. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { type Checkout, paySandboxCheckout, type SandboxCard } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { ApiProblem, call } from '../../api/problem';
import { checkoutQuery, sandboxCardsQuery } from '../../api/queries';
import { creditsText, formatMoney } from '../../credits/amount';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import classes from './Billing.module.css';
import { checkoutWords as words } from './words';

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
            {data.state === 'granted' ? <Paid checkout={data} /> : <Pay checkout={data} />}
          </>
        )}
      </Remote>
    </Page>
  );
}

function Order({ checkout }: { checkout: Checkout }) {
  const { pack } = checkout;
  return (
    <Section title={words.order}>
      <Facts
        facts={[
          { name: words.credits, value: creditsText(pack.credits) },
          { name: words.lifetime, value: words.months(pack.lifetime_months) },
          { name: words.total, value: formatMoney(pack.price), strong: true },
        ]}
      />
    </Section>
  );
}

function Paid({ checkout }: { checkout: Checkout }) {
  return (
    <Section title={words.done}>
      <ButtonTo to="/billing" search={{ checkout: checkout.id }}>
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

function Cards({ checkout, cards }: { checkout: Checkout; cards: SandboxCard[] }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const intent = useIntent();
  const [card, setCard] = useState(cards[0]?.number ?? '');
  const pay = useMutation({
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
      void navigate({ to: '/billing', search: { checkout: checkout.id } });
    },
    onError: (error) => {
      // A decline is an answer: paying again, even with the same card, is a new attempt.
      if (error instanceof ApiProblem && error.status === 402) intent.done();
    },
  });
  const declined = pay.error instanceof ApiProblem && pay.error.status === 402;
  return (
    <Stack gap="md">
      {pay.error ? (
        <Failure
          text={declined ? `${words.declined} ${words.declinedHint}` : words.unpaid}
          error={pay.error}
        />
      ) : null}
      <fieldset className={classes.packs}>
        <legend className={classes.legend}>{words.card}</legend>
        {cards.map((one) => (
          <label
            key={one.number}
            className={classes.choice}
            data-checked={one.number === card || undefined}
          >
            <input
              type="radio"
              name="card"
              value={one.number}
              checked={one.number === card}
              onChange={() => setCard(one.number)}
            />
            <span className={classes.choiceMain}>
              <strong>{one.label}</strong>
              <span className={classes.number}>{spaced(one.number)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Group justify="space-between">
        <ButtonTo to="/billing" search={{}} variant="default">
          {words.back}
        </ButtonTo>
        <Button size="md" loading={pay.isPending} disabled={card === ''} onClick={() => pay.mutate(card)}>
          {words.pay(formatMoney(checkout.pack.price))}
        </Button>
      </Group>
    </Stack>
  );
}

function spaced(number: string): string {
  return number.replace(/(\d{4})(?=\d)/g, '$1 ');
}

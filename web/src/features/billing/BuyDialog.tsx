/**
 * Choosing what to buy: a pack or an amount. The saved card pays after one look at the whole
 * purchase; any other card pays on the payment page. Never touches auto-recharge.
 */
import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { BillingCard, PackList } from '../../api/gen';
import { billingQuery, packsQuery } from '../../api/queries';
import { formatMoney } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { useDates } from '../../ui/dates';
import { Dialog } from '../../ui/Dialog';
import { Remote } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { BuyReview } from './BuyReview';
import { buyWords as words } from './buy-words';
import { beginning, orderOf } from './buying';
import { PackChoices } from './PackChoices';
import { PayFailure, usePurchase } from './usePurchase';
import { planWords } from './words';

interface Props {
  /** The amount of a purchase that was left. */
  credits: string | undefined;
  close: () => void;
}

export function BuyDialog({ credits, close }: Props) {
  const packs = useQuery(packsQuery);
  const card = useQuery(billingQuery).data?.card ?? null;
  return (
    <Dialog close={close} title={words.title} size="lg">
      <Remote query={packs} what={words.packsWhat}>
        {(data) => (
          <Buying packs={data} credits={credits} card={card?.expired ? null : card} close={close} />
        )}
      </Remote>
    </Dialog>
  );
}

interface BuyingProps extends Props {
  packs: PackList;
  /** The saved card, if it can pay. */
  card: BillingCard | null;
}

function Buying({ packs, credits, card, close }: BuyingProps) {
  const balance = useBalance();
  const dates = useDates();
  const purchase = usePurchase();
  const amount = useRef<HTMLInputElement>(null);
  const [choice, setChoice] = useState(() => beginning(packs, credits));
  const [saved, setSaved] = useState(card !== null);
  const [wrong, setWrong] = useState(false);
  const [reviewing, setReviewing] = useState(false);
  const order = orderOf(choice, packs);
  const purchased = balance?.display.purchased ?? '0';
  const expires = packs.credits_expire_at;
  const withCard = saved && card !== null;
  const next = () => {
    if (order === null) {
      setWrong(true);
      amount.current?.focus();
    } else if (withCard) setReviewing(true);
    else purchase.mutate({ ...order.body, pay_with: 'checkout' });
  };
  if (reviewing && order && card) {
    return (
      <BuyReview
        order={order}
        card={card}
        expires={expires}
        purchase={purchase}
        back={() => setReviewing(false)}
      />
    );
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        next();
      }}
    >
      <Stack gap="md">
        <PayFailure purchase={purchase} />
        <Text size="sm" c="dimmed">
          {words.lead(purchased)} {expires ? words.expires(dates.day(expires)) : null}
        </Text>
        <PackChoices
          packs={packs}
          choice={choice}
          choose={(to) => {
            setChoice(to);
            setWrong(false);
          }}
          wrong={wrong}
          amount={amount}
        />
        {card ? <PayWith card={card} saved={saved} setSaved={setSaved} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button type="submit" loading={purchase.isPending}>
            {order ? words.toCheckout(formatMoney(order.price)) : words.toCheckoutBare}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PayWithProps {
  card: BillingCard;
  saved: boolean;
  setSaved: (saved: boolean) => void;
}

function PayWith({ card, saved, setSaved }: PayWithProps) {
  return (
    <Radio.Group
      label={words.payWith}
      value={saved ? 'saved_card' : 'checkout'}
      onChange={(value) => setSaved(value === 'saved_card')}
    >
      <Stack gap={8} mt={6}>
        <Radio value="saved_card" label={words.savedCard(planWords.cardText(card))} />
        <Radio value="checkout" label={words.anotherCard} />
      </Stack>
    </Radio.Group>
  );
}

/** The whole purchase before the saved card pays it; the button carries the amount. */
import { Button, Group, Stack, Text } from '@mantine/core';
import type { BillingCard } from '../../api/gen';
import { creditsText, formatMoney } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { buyWords as words } from './buy-words';
import type { Order } from './buying';
import { PayFailure, type Purchase } from './usePurchase';
import { planWords } from './words';

interface Props {
  order: Order;
  card: BillingCard;
  /** When the credits expire; null where they do not. */
  expires: string | null;
  purchase: Purchase;
  back: () => void;
}

export function BuyReview({ order, card, expires, purchase, back }: Props) {
  const dates = useDates();
  const purchased = useBalance()?.display.purchased ?? '0';
  return (
    <Stack gap="md">
      <PayFailure purchase={purchase} />
      <Text size="sm">{words.review}</Text>
      <Facts
        facts={[
          { name: words.customLabel, value: creditsText(order.credits) },
          { name: words.afterwards, value: words.afterwardsValue(purchased) },
          expires ? { name: words.expiresOn, value: dates.day(expires) } : null,
          { name: words.card, value: planWords.cardText(card) },
          { name: words.total, value: formatMoney(order.price), strong: true },
        ]}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={back} data-autofocus>
          {words.back}
        </Button>
        <Button
          loading={purchase.isPending}
          onClick={() =>
            purchase.mutate({
              ...order.body,
              pay_with: 'saved_card',
              expected_price: order.price,
            })
          }
        >
          {words.pay(formatMoney(order.price))}
        </Button>
      </Group>
    </Stack>
  );
}

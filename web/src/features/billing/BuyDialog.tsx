/** Choosing a pack. Paying happens on the checkout page, whose button carries the amount. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { createCheckout, type Pack } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { call } from '../../api/problem';
import { packsQuery } from '../../api/queries';
import { formatMoney, formatPrice } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { Dialog } from '../../ui/Dialog';
import { Failure, Remote } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import classes from './Billing.module.css';
import { words } from './words';

export function BuyDialog({ close }: { close: () => void }) {
  const packs = useQuery(packsQuery);
  return (
    <Dialog close={close} title={words.buyTitle} size="lg">
      <Remote query={packs} what={words.packsWhat}>
        {({ data }) => <Choice packs={data} close={close} />}
      </Remote>
    </Dialog>
  );
}

function Choice({ packs, close }: { packs: Pack[]; close: () => void }) {
  const balance = useBalance();
  const router = useRouter();
  const intent = useIntent();
  const [chosen, setChosen] = useState(packs[0]?.id ?? '');
  const pack = packs.find(({ id }) => id === chosen);
  const checkout = useMutation({
    mutationFn: (id: string) =>
      call(
        createCheckout({
          body: { pack_id: id },
          headers: { 'Idempotency-Key': intent.keyFor(id) },
        }),
      ),
    onSuccess: ({ url }) => {
      intent.done();
      const address = new URL(url, window.location.origin);
      if (address.origin === window.location.origin) router.history.push(address.pathname);
      else window.location.assign(address.href);
    },
  });
  return (
    <Stack gap="md">
      {checkout.error ? <Failure text={words.failed} error={checkout.error} /> : null}
      <Text size="sm" c="dimmed">
        {words.buyLead(balance?.display.purchased ?? '0')}
      </Text>
      <fieldset className={classes.packs}>
        <legend className={classes.legend}>{words.packs}</legend>
        {packs.map((one) => (
          <PackChoice key={one.id} pack={one} checked={one.id === chosen} choose={setChosen} />
        ))}
      </fieldset>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {shared.cancel}
        </Button>
        {pack ? (
          <Button loading={checkout.isPending} onClick={() => checkout.mutate(pack.id)}>
            {words.toCheckout(formatMoney(pack.price))}
          </Button>
        ) : null}
      </Group>
    </Stack>
  );
}

interface PackProps {
  pack: Pack;
  checked: boolean;
  choose: (id: string) => void;
}

function PackChoice({ pack, checked, choose }: PackProps) {
  return (
    <label className={classes.choice} data-checked={checked || undefined}>
      <input
        type="radio"
        name="pack"
        value={pack.id}
        checked={checked}
        data-autofocus={checked || undefined}
        onChange={() => choose(pack.id)}
      />
      <span className={classes.choiceMain}>
        <strong>{words.pack(pack.credits)}</strong>
        <span>{words.lifetime(pack.lifetime_months)}</span>
      </span>
      <span className={classes.choicePrice}>
        <strong>{formatMoney(pack.price)}</strong>
        <span>{words.perThousand(formatPrice(pack.per_thousand, pack.price))}</span>
      </span>
    </label>
  );
}

/** The one banner under the header: paused at zero comes before low. */
import { Alert, Button, Group, Text } from '@mantine/core';
import { IconBatteryOff, IconTrendingDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { Balance } from '../../api/gen';
import { creditsText } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { anyOf, pausedTitle, words } from '../../credits/words';
import { useDates } from '../../ui/dates';
import { ButtonTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import classes from './Shell.module.css';

export function Banner() {
  const balance = useBalance();
  const [hidden, setHidden] = useState(false);
  const state = balance?.state;
  // Told once per crossing: leaving “low” makes the next crossing tell again.
  if (hidden && state !== undefined && state !== 'low') setHidden(false);
  if (!balance) return null;
  if (balance.state === 'paused') return <Paused balance={balance} />;
  if (balance.state === 'low' && !hidden) {
    return <Low balance={balance} hide={() => setHidden(true)} />;
  }
  return null;
}

function Paused({ balance }: { balance: Balance }) {
  const dates = useDates();
  const { billing_access: mayBuy } = useMe();
  const again = balance.next_refresh_at
    ? words.banner.againOn(dates.day(balance.next_refresh_at))
    : words.banner.again;
  return (
    <Alert color="orange" className={classes.banner} icon={<IconBatteryOff aria-hidden />} data-testid="banner">
      <Group justify="space-between" gap="sm">
        <Text size="sm" className={classes.bannerText}>
          {pausedTitle(balance.display.available)}. {words.banner.open} {again}{' '}
          {mayBuy ? null : words.out.theyCan(anyOf(balance.can_add))}
        </Text>
        {mayBuy ? (
          <ButtonTo to="/billing" search={{ buy: 1 }} size="sm">
            {words.out.buy}
          </ButtonTo>
        ) : null}
      </Group>
    </Alert>
  );
}

function Low({ balance, hide }: { balance: Balance; hide: () => void }) {
  const { billing_access: mayBuy } = useMe();
  const amount = creditsText(balance.display.available);
  return (
    <Alert color="yellow" className={classes.banner} icon={<IconTrendingDown aria-hidden />} data-testid="banner">
      <Group justify="space-between" gap="sm">
        <Text size="sm" className={classes.bannerText}>
          {words.banner.low(amount)}{' '}
          {mayBuy ? words.banner.lowBuy : words.out.theyCan(anyOf(balance.can_add))}
        </Text>
        <Group gap="xs">
          {mayBuy ? (
            <ButtonTo to="/billing" search={{ buy: 1 }} size="sm">
              {words.out.buy}
            </ButtonTo>
          ) : null}
          <Button size="sm" variant="default" onClick={hide}>
            {words.banner.dismiss}
          </Button>
        </Group>
      </Group>
    </Alert>
  );
}

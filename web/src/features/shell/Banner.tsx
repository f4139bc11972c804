/** The one banner under the header; `which-banner.ts` decides which. */
import { Alert, Button, Group, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBatteryOff,
  IconCalendarEvent,
  IconLock,
  IconTrendingDown,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { AutoRecharge, Balance, Billing, BillingState } from '../../api/gen';
import { autoRechargeQuery, billingQuery } from '../../api/queries';
import { creditsText } from '../../credits/amount';
import { AskThem } from '../../credits/AskThem';
import { useBalance } from '../../credits/balance-store';
import { BillingAction } from '../../credits/BillingAction';
import { anyOf, pausedTitle, words } from '../../credits/words';
import { useDates } from '../../ui/dates';
import { ButtonTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { bannerFor } from './which-banner';
import classes from './Shell.module.css';

export function Banner() {
  const { billing_access: access } = useMe();
  const balance = useBalance();
  const billing = useQuery(billingQuery).data;
  const sold = billing !== undefined && billing.provider !== 'none';
  const recharge = useQuery({ ...autoRechargeQuery, enabled: access && sold }).data;
  const onBilling = useLocation().pathname === '/billing';
  const [hidden, setHidden] = useState(false);
  const state = balance?.state;
  // Told once per crossing: leaving “low” makes the next crossing tell again.
  if (hidden && state !== undefined && state !== 'low') setHidden(false);
  const kind = bannerFor({ balance, billing, recharge, hidden, onBilling });
  if (kind === 'plan' && billing) return <Plan billing={billing} />;
  if (kind === 'recharge' && recharge) return <Recharge recharge={recharge} />;
  if (kind === 'paused' && balance) return <Paused balance={balance} />;
  if (kind === 'low' && balance) return <Low balance={balance} hide={() => setHidden(true)} />;
  return null;
}

interface FrameProps {
  color: string;
  icon: typeof IconLock;
  text: ReactNode;
  children?: ReactNode;
}

function Frame({ color, icon: Icon, text, children }: FrameProps) {
  return (
    <Alert
      color={color}
      className={classes.banner}
      icon={<Icon aria-hidden />}
      data-testid="banner"
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm" className={classes.bannerText}>
          {text}
        </Text>
        {children ? <Group gap="xs">{children}</Group> : null}
      </Group>
    </Alert>
  );
}

const looks: Partial<Record<BillingState, [color: string, icon: typeof IconLock]>> = {
  incomplete: ['orange', IconAlertTriangle],
  past_due: ['orange', IconAlertTriangle],
  unpaid: ['orange', IconAlertTriangle],
  ended: ['orange', IconLock],
  ending: ['yellow', IconCalendarEvent],
};

// Where the plan is at fault, whoever may not mend it can ask those who may.
const askable: readonly BillingState[] = ['incomplete', 'past_due', 'unpaid', 'ending', 'ended'];

function Plan({ billing }: { billing: Billing }) {
  const { billing_access: access } = useMe();
  if (!billing.banner) return null;
  const { kind, text, action } = billing.banner;
  const [color, icon] = looks[kind] ?? ['blue', IconCalendarEvent];
  return (
    <Frame color={color} icon={icon} text={text}>
      {action ? <BillingAction action={action} billing={billing} size="sm" /> : null}
      {!access && askable.includes(kind) ? <AskThem /> : null}
    </Frame>
  );
}

function Recharge({ recharge }: { recharge: AutoRecharge }) {
  return (
    <Frame color="orange" icon={IconAlertTriangle} text={recharge.state_text}>
      {recharge.confirm_url ? (
        <Button component="a" href={recharge.confirm_url} size="sm">
          {words.actions.confirm_payment}
        </Button>
      ) : (
        <ButtonTo to="/billing" hash="auto-recharge" size="sm">
          {words.banner.toRecharge}
        </ButtonTo>
      )}
    </Frame>
  );
}

function Paused({ balance }: { balance: Balance }) {
  const dates = useDates();
  const { billing_access: mayBuy } = useMe();
  const again = balance.next_refresh_at
    ? words.banner.againOn(dates.day(balance.next_refresh_at))
    : words.banner.again;
  const text = `${pausedTitle(balance.display.available)}. ${words.banner.open} ${again}`;
  return (
    <Frame
      color="orange"
      icon={IconBatteryOff}
      text={mayBuy ? text : `${text} ${words.out.theyCan(anyOf(balance.can_add))}`}
    >
      <Add mayBuy={mayBuy} balance={balance} />
    </Frame>
  );
}

function Low({ balance, hide }: { balance: Balance; hide: () => void }) {
  const { billing_access: mayBuy } = useMe();
  const amount = words.banner.low(creditsText(balance.display.available));
  const who = mayBuy ? words.banner.lowBuy : words.out.theyCan(anyOf(balance.can_add));
  return (
    <Frame color="yellow" icon={IconTrendingDown} text={`${amount} ${who}`}>
      <Add mayBuy={mayBuy} balance={balance} />
      <Button size="sm" variant="default" onClick={hide}>
        {words.banner.dismiss}
      </Button>
    </Frame>
  );
}

function Add({ mayBuy, balance }: { mayBuy: boolean; balance: Balance }) {
  if (mayBuy) {
    return (
      <ButtonTo to="/billing" search={{ buy: 1 }} size="sm">
        {words.out.buy}
      </ButtonTo>
    );
  }
  return balance.can_add.length > 0 ? <AskThem /> : null;
}

/** The credit badge: available credits at the newest known position, with the sums behind it. */
import { Divider, Group, Popover, Skeleton, Text, UnstyledButton } from '@mantine/core';
import {
  IconBatteryCharging,
  IconBatteryOff,
  IconBolt,
  IconCloudOff,
  IconLock,
  IconTrendingDown,
} from '@tabler/icons-react';
import { useState } from 'react';
import { BalanceFacts } from '../../credits/BalanceFacts';
import { type BadgeState, badgeLook } from '../../credits/badge';
import { type Shown, useShownBalance } from '../../credits/balance-store';
import { words } from '../../credits/words';
import { useDates } from '../../ui/dates';
import { ButtonTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import classes from './Header.module.css';

const icons: Record<Exclude<BadgeState, 'loading'>, typeof IconBolt> = {
  normal: IconBolt,
  purchased_only: IconBolt,
  low: IconTrendingDown,
  paused: IconBatteryOff,
  locked: IconLock,
  recharging: IconBatteryCharging,
  stale: IconCloudOff,
  unknown: IconCloudOff,
};

export function CreditBadge() {
  const shown = useShownBalance();
  const dates = useDates();
  const [opened, setOpened] = useState(false);
  const { state, text } = badgeLook(shown, dates.time);
  if (state === 'loading') return <Skeleton height={36} width={128} radius="xl" />;
  const Icon = icons[state];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} shadow="md" trapFocus withRoles>
      <Popover.Target>
        <UnstyledButton
          className={classes.pill}
          data-state={state}
          data-testid="credit-badge"
          data-position={shown.balance?.position}
          aria-label={words.badgeLabel(text)}
          onClick={() => setOpened(!opened)}
        >
          <Icon size={17} aria-hidden />
          <BadgeText state={state} text={text} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p="md">
        <Details shown={shown} close={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

// That they are purchased ones is no news that a phone's title should give way to; the label has it.
function BadgeText({ state, text }: { state: BadgeState; text: string }) {
  const end = state === 'purchased_only' ? text.lastIndexOf(', ') : -1;
  if (end < 0) return text;
  return (
    <span>
      {text.slice(0, end)}
      <span className={classes.wide}>{text.slice(end)}</span>
    </span>
  );
}

function Details({ shown, close }: { shown: Shown; close: () => void }) {
  const dates = useDates();
  const { organization } = useMe();
  const { balance, connection, seenAt } = shown;
  if (balance === null) return <Text size="sm">{words.unknown}</Text>;
  return (
    <>
      <Text fw={600} mb="sm">
        {words.poolOf(organization.name)}
      </Text>
      <BalanceFacts balance={balance} />
      {connection === 'lost' && seenAt !== null ? (
        <Text size="xs" c="dimmed" mt="sm">
          {words.stale(dates.time(seenAt))}
        </Text>
      ) : null}
      <Divider my="sm" />
      <Group gap={4} mx={-8} mb={-4}>
        <ButtonTo to="/billing" variant="subtle" size="compact-sm" onClick={close}>
          {words.toBilling}
        </ButtonTo>
        <ButtonTo to="/usage" variant="subtle" size="compact-sm" onClick={close}>
          {words.toUsage}
        </ButtonTo>
        <ButtonTo
          to="/help/$article"
          params={{ article: 'credits' }}
          variant="subtle"
          size="compact-sm"
          onClick={close}
        >
          {words.howItWorks}
        </ButtonTo>
      </Group>
    </>
  );
}

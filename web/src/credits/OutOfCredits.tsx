/**
 * The one answer to an empty pool, for every 402 and every place that spends: what
 * happened, what still works, who can fix it, and when it fixes itself.
 */
import { Group, Stack, Text } from '@mantine/core';
import { IconBatteryOff } from '@tabler/icons-react';
import type { Balance, Problem } from '../api/gen';
import { CopyText } from '../ui/CopyText';
import { useDates } from '../ui/dates';
import { ButtonTo } from '../ui/LinkTo';
import { formatCredits, isZero } from './amount';
import classes from './OutOfCredits.module.css';
import { anyOf, pausedTitle, words } from './words';

interface Props {
  /** The server's refusal; null where the pool is known to be empty before trying. */
  problem: Problem | null;
  balance: Balance | null;
  /** May this person buy credits? */
  billingAccess: boolean;
  /** The composer says that the draft is kept. */
  hasDraft?: boolean;
}

export function OutOfCredits({ problem, balance, billingAccess, hasDraft = false }: Props) {
  const needed = problem?.required;
  const available = problem?.available ?? balance?.display.available;
  const held = problem?.held ?? balance?.held ?? '0';
  return (
    <section className={classes.box} aria-label={words.out.title} data-testid="out-of-credits">
      <span className={classes.icon}>
        <IconBatteryOff size={20} aria-hidden />
      </span>
      <Stack gap={6} className={classes.text}>
        <Text fw={600} className={classes.title}>
          {balance?.state === 'paused' ? pausedTitle(balance.display.available) : words.out.title}
        </Text>
        {needed ? (
          <Text size="sm">{words.out.needs(formatCredits(needed), formatCredits(available))}</Text>
        ) : null}
        {isZero(held) ? null : <Text size="sm">{words.out.held(formatCredits(held))}</Text>}
        {hasDraft ? <Text size="sm">{words.out.draft}</Text> : null}
        <Text size="sm" c="dimmed">
          {words.out.stillWorks}
        </Text>
        <Refresh balance={balance} />
        <Fix problem={problem} balance={balance} billingAccess={billingAccess} />
      </Stack>
    </section>
  );
}

function Refresh({ balance }: Pick<Props, 'balance'>) {
  const dates = useDates();
  const at = balance?.next_refresh_at;
  return at ? <Text size="sm">{words.out.refresh(dates.day(at))}</Text> : null;
}

function Fix({ problem, balance, billingAccess }: Omit<Props, 'hasDraft'>) {
  if (billingAccess) {
    return (
      <Group gap="sm" mt={6}>
        <ButtonTo to="/billing" search={{ buy: 1 }}>
          {words.out.buy}
        </ButtonTo>
        <Text size="sm" c="dimmed">
          {words.out.youCan}
        </Text>
      </Group>
    );
  }
  const ask = problem?.resolutions?.find(({ action }) => action === 'ask');
  const names = ask?.people ?? balance?.can_add ?? [];
  if (names.length === 0) return <Text size="sm">{words.out.nobody}</Text>;
  const address = `${window.location.origin}/billing?buy=1`;
  return (
    <Group gap="sm" mt={6}>
      <Text size="sm" fw={550}>
        {words.out.theyCan(anyOf(names))}
      </Text>
      <CopyText
        text={words.out.message(address)}
        label={words.out.ask}
        variant="default"
        size="sm"
      />
    </Group>
  );
}

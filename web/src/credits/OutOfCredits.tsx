/**
 * The one answer to an empty or locked pool, for every 402 and every place that spends: what
 * happened, what still works, who can fix it, and when it fixes itself.
 */
import { Group, Stack, Text } from '@mantine/core';
import { IconBatteryOff, IconBolt, IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Balance, Billing, Problem } from '../api/gen';
import { billingQuery } from '../api/queries';
import { useDates } from '../ui/dates';
import { ButtonTo } from '../ui/LinkTo';
import { creditsText, formatCredits, isZero } from './amount';
import { AskThem } from './AskThem';
import { BillingAction } from './BillingAction';
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
  const billing = useQuery(billingQuery).data;
  const why = reasonOf(problem, balance, billing);
  const Icon = icons[why];
  return (
    <section className={classes.box} aria-label={words.out.title} data-testid="out-of-credits">
      <span className={classes.icon}>
        <Icon size={20} aria-hidden />
      </span>
      <Stack gap={6} className={classes.text}>
        <Text fw={600} className={classes.title}>
          {titleOf(why, problem, balance)}
        </Text>
        <Why why={why} problem={problem} balance={balance} billing={billing} />
        {hasDraft ? <Text size="sm">{words.out.draft}</Text> : null}
        <Text size="sm" c="dimmed">
          {words.out.stillWorks}
        </Text>
        {why === 'short' ? <Refresh balance={balance} /> : null}
        {why === 'recharging' ? null : (
          <Fix why={why} problem={problem} balance={balance} billing={billing} access={billingAccess} />
        )}
      </Stack>
    </section>
  );
}

/** What keeps work from starting. */
type Reason = 'short' | 'locked' | 'unpaid' | 'recharging';

const icons: Record<Reason, typeof IconBolt> = {
  short: IconBatteryOff,
  locked: IconLock,
  unpaid: IconBatteryOff,
  recharging: IconBolt,
};

function reasonOf(
  problem: Problem | null,
  balance: Balance | null,
  billing: Billing | undefined,
): Reason {
  const state = balance?.state ?? problem?.state;
  if (state === 'recharging') return 'recharging';
  if (state === 'locked') return 'locked';
  // The plan's first payment waits for the bank: buying a pack would not help.
  if (billing?.state === 'incomplete') return 'unpaid';
  return 'short';
}

function titleOf(why: Reason, problem: Problem | null, balance: Balance | null): string {
  if (why === 'recharging') return words.out.titleRecharging;
  if (why === 'unpaid') return words.out.titleNoPlan;
  if (why === 'locked') {
    return words.out.titleLocked(creditsText(balance?.locked ?? problem?.locked));
  }
  return balance?.state === 'paused' ? pausedTitle(balance.display.available) : words.out.title;
}

interface WhyProps extends Pick<Props, 'problem' | 'balance'> {
  why: Reason;
  billing: Billing | undefined;
}

function Why({ why, problem, balance, billing }: WhyProps) {
  const needed = problem?.required;
  const available = problem?.available ?? balance?.display.available;
  const held = problem?.held ?? balance?.held ?? '0';
  if (why === 'recharging') return <Text size="sm">{words.out.recharging}</Text>;
  return (
    <>
      {billing?.banner && (why !== 'short' || billing.state === 'past_due') ? (
        <Text size="sm">{billing.banner.text}</Text>
      ) : null}
      {needed ? (
        <Text size="sm">{words.out.needs(formatCredits(needed), formatCredits(available))}</Text>
      ) : null}
      {isZero(held) ? null : <Text size="sm">{words.out.held(formatCredits(held))}</Text>}
    </>
  );
}

function Refresh({ balance }: Pick<Props, 'balance'>) {
  const dates = useDates();
  const at = balance?.next_refresh_at;
  return at ? <Text size="sm">{words.out.refresh(dates.day(at))}</Text> : null;
}

function Fix({ why, problem, balance, billing, access }: WhyProps & { access: boolean }) {
  if (access) return why === 'short' ? <Buy billing={billing} /> : <Mend billing={billing} />;
  const ask = problem?.resolutions?.find(({ action }) => action === 'ask');
  const names = ask?.people ?? balance?.can_add ?? [];
  if (names.length === 0) return <Text size="sm">{words.out.nobody}</Text>;
  return (
    <Group gap="sm" mt={6}>
      <Text size="sm" fw={550}>
        {theyCan(why, billing)(anyOf(names))}
      </Text>
      <AskThem />
    </Group>
  );
}

// Adding credits would not help where the plan has ended or is not paid.
function theyCan(why: Reason, billing: Billing | undefined): (names: string) => string {
  if (why === 'short') return words.out.theyCan;
  return billing?.state === 'ended' ? words.out.theyCanRestart : words.out.theyCanPay;
}

function Buy({ billing }: Pick<WhyProps, 'billing'>) {
  return (
    <Group gap="sm" mt={6}>
      <ButtonTo to="/billing" search={{ buy: 1 }}>
        {words.out.buy}
      </ButtonTo>
      {billing?.state === 'past_due' ? (
        <BillingAction action="update_card" billing={billing} variant="default" />
      ) : null}
      <Text size="sm" c="dimmed">
        {words.out.youCan}
      </Text>
    </Group>
  );
}

// More credits would not help: the plan has to be mended first, as its banner says.
function Mend({ billing }: Pick<WhyProps, 'billing'>) {
  const action = billing?.banner?.action;
  return (
    <Group gap="sm" mt={6}>
      {billing && action ? (
        <BillingAction action={action} billing={billing} />
      ) : (
        <ButtonTo to="/billing">{words.toBilling}</ButtonTo>
      )}
    </Group>
  );
}

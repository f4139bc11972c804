/** The plan, how it stands, what it costs, and what the server says may be done with it. */
import { Group, Text } from '@mantine/core';
import type { Billing, BillingCard } from '../../api/gen';
import { formatMoney } from '../../credits/amount';
import { AskThem } from '../../credits/AskThem';
import { BillingAction } from '../../credits/BillingAction';
import { anyOf } from '../../credits/words';
import { type Dates, useDates } from '../../ui/dates';
import { type Fact, Facts } from '../../ui/Facts';
import { useMe } from '../../ui/me';
import { Section } from '../../ui/Section';
import { PlanMark } from './StandingMark';
import { planWords as words } from './words';

/** They stand on the cards that they belong to. */
const elsewhere: readonly string[] = ['buy_credits', 'auto_recharge'];

export function Subscription({ billing }: { billing: Billing }) {
  const { billing_access: access } = useMe();
  const dates = useDates();
  return (
    <Section title={words.title} actions={<PlanMark state={billing.state} />}>
      <Facts facts={[...planFacts(billing, dates), ...(access ? paidFacts(billing, dates) : [])]} />
      {access ? <Actions billing={billing} /> : <WhoCan billing={billing} />}
    </Section>
  );
}

function planFacts(billing: Billing, dates: Dates): (Fact | null)[] {
  const { plan, renews_at: renews, ends_at: ends, grace_until: grace } = billing;
  const name = plan ? `${billing.plan_name}, ${words.cadences[plan.cadence]}` : billing.plan_name;
  return [
    { name: words.plan, value: name },
    plan
      ? { name: words.included, value: words.includedEach[plan.cadence](plan.included_credits) }
      : null,
    renews ? { name: words.renews, value: dates.day(renews) } : null,
    ends ? { name: endsName(billing), value: dates.day(ends) } : null,
    grace ? { name: words.grace, value: dates.day(grace) } : null,
  ];
}

function endsName({ state }: Billing): string {
  return state === 'ended' || state === 'unpaid' ? words.ended : words.ends;
}

function paidFacts(billing: Billing, dates: Dates): (Fact | null)[] {
  const { plan, price, pending, card } = billing;
  return [
    price && plan
      ? { name: words.price, value: words.perCadence[plan.cadence](formatMoney(price)) }
      : null,
    pending ? { name: words.next, value: pendingText(pending, dates) } : null,
    { name: words.card, value: cardText(card) },
  ];
}

function pendingText(pending: NonNullable<Billing['pending']>, dates: Dates): string {
  const price = words.perCadence[pending.cadence](formatMoney(pending.price));
  return words.pending(pending.name, price, dates.day(pending.at));
}

function cardText(card: BillingCard | null): string {
  if (card === null) return words.noCard;
  return card.expired ? `${words.cardText(card)}, ${words.cardExpired}` : words.cardText(card);
}

// In the server's order; the banner's action is the main one.
function Actions({ billing }: { billing: Billing }) {
  const main = billing.banner?.action;
  const here = billing.actions.filter((action) => !elsewhere.includes(action));
  return (
    <>
      <Group gap="sm" mt="lg">
        {here.map((action) => (
          <BillingAction
            key={action}
            action={action}
            billing={billing}
            variant={action === main ? 'filled' : 'default'}
          />
        ))}
      </Group>
      {here.includes('resume_plan') ? (
        <Text size="sm" c="dimmed" mt="sm">
          {words.resumeHint}
        </Text>
      ) : null}
    </>
  );
}

// Whoever may not act is told who can; never a dead button.
function WhoCan({ billing }: { billing: Billing }) {
  return (
    <Group gap="sm" mt="lg">
      <Text size="sm">{words.onlyThey(anyOf(billing.billing_admins))}</Text>
      <AskThem />
    </Group>
  );
}

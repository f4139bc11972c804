/** The pricing page inside the product: what the plans hold and cost, and the way to another one. */
import { Alert, Group, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Billing, Cadence, Plan, PlanList } from '../../api/gen';
import { billingQuery, plansQuery } from '../../api/queries';
import { AskThem } from '../../credits/AskThem';
import { BillingAction } from '../../credits/BillingAction';
import { anyOf } from '../../credits/words';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Remote } from '../../ui/Remote';
import { PlanCard } from './PlanCard';
import classes from './Plans.module.css';
import { PreviewDialog } from './PreviewDialog';
import { words } from './words';

const cadences: readonly Cadence[] = ['monthly', 'annual'];

export function PlansScreen() {
  const query = useQuery(plansQuery);
  const billing = useQuery(billingQuery).data;
  const { unpaid } = useSearch({ from: '/app/plans' });
  return (
    <Page title={words.title} width="wide">
      {unpaid ? <Alert color="blue">{words.notPaid}</Alert> : null}
      <Text c="dimmed">{words.lead}</Text>
      {billing ? <Standing billing={billing} /> : null}
      <Remote query={query} what={words.what} skeleton={<CardSkeletons />}>
        {(plans) => <Plans plans={plans} billing={billing} />}
      </Remote>
      <LinkTo to="/billing" search={{}} size="sm">
        {words.toBilling}
      </LinkTo>
    </Page>
  );
}

// Why nothing can be chosen now, and the way out of it.
function Standing({ billing }: { billing: Billing }) {
  const { billing_access: access } = useMe();
  if (!access) {
    return (
      <Alert color="blue">
        <Group gap="sm">
          <Text size="sm">{words.onlyThey(anyOf(billing.billing_admins))}</Text>
          <AskThem />
        </Group>
      </Alert>
    );
  }
  const [text, action] = obstacle(billing);
  if (text === null) return null;
  return (
    <Alert color="yellow">
      <Group gap="sm">
        <Text size="sm">{text}</Text>
        {action ? <BillingAction action={action} billing={billing} size="sm" /> : null}
      </Group>
    </Alert>
  );
}

function obstacle({ provider, state }: Billing): [text: string | null, action?: string] {
  if (provider === 'none') return [words.noProvider];
  if (state === 'ending') return [words.endingFirst, 'resume_plan'];
  if (state === 'change_scheduled') return [words.pendingFirst, 'undo_change'];
  if (state === 'incomplete') return [words.payFirst, 'confirm_payment'];
  if (state === 'past_due' || state === 'unpaid') return [words.payFirst, 'update_card'];
  return [null];
}

const choices: readonly string[] = ['choose_plan', 'change_plan', 'switch_to_annual', 'restart_plan'];

function Plans({ plans, billing }: { plans: PlanList; billing: Billing | undefined }) {
  const search = useSearch({ from: '/app/plans' });
  const navigate = useNavigate({ from: '/plans' });
  const cadence = search.cadence ?? billing?.plan?.cadence ?? 'monthly';
  const mayChoose = billing?.actions.some((action) => choices.includes(action)) ?? false;
  // What was opened stays: a confirmed change takes the choice away, and its outcome is to be read.
  const [opened, setOpened] = useState<string>();
  if (mayChoose && opened !== search.choose) setOpened(search.choose);
  const open = mayChoose || opened === search.choose;
  const chosen = open ? plans.data.find(({ id }) => id === search.choose) : undefined;
  const look = (plan?: Plan) =>
    void navigate({ search: { cadence, choose: plan?.id }, replace: plan === undefined });
  return (
    <>
      <SegmentedControl
        aria-label={words.cadence}
        className={classes.cadence}
        value={cadence}
        data={cadences.map((value) => ({ value, label: words.cadences[value] }))}
        onChange={(value) => {
          const next = cadences.find((one) => one === value);
          void navigate({ search: { cadence: next }, replace: true });
        }}
      />
      <div className={classes.cards}>
        {plans.data.map((plan) => (
          <PlanCard key={plan.id} plan={plan} cadence={cadence} mayChoose={mayChoose} choose={look} />
        ))}
      </div>
      <Terms plans={plans} />
      {chosen ? (
        <PreviewDialog
          plan={chosen.id}
          name={chosen.name}
          cadence={cadence}
          close={() => look()}
        />
      ) : null}
    </>
  );
}

function Terms({ plans: { trial, without_plan: without } }: { plans: PlanList }) {
  return (
    <Text size="sm" c="dimmed">
      {words.trial(trial.credits, trial.days)}{' '}
      {words.without(without.people, without.schedules, without.parallel_runs)}
    </Text>
  );
}

function CardSkeletons() {
  return (
    <div className={classes.cards} aria-hidden="true">
      {cadences.map((one) => (
        <Skeleton key={one} height={360} radius="lg" />
      ))}
    </div>
  );
}

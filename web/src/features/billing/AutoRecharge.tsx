/** Auto-recharge: how it stands in one sentence; opened, its settings. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import type { AutoRecharge, Billing } from '../../api/gen';
import { autoRechargeQuery } from '../../api/queries';
import { BillingAction } from '../../credits/BillingAction';
import { useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { AutoRechargeForm } from './AutoRechargeForm';
import classes from './Billing.module.css';
import { rechargeWords as words } from './recharge-words';
import { RechargeMark } from './StandingMark';

const POLL_MS = 1_500;

export function AutoRechargeCard({ billing }: { billing: Billing }) {
  const query = useQuery({
    ...autoRechargeQuery,
    // A purchase that is declined brings no credits, and so no news of them.
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? POLL_MS : false),
  });
  const place = usePlace();
  return (
    <div id="auto-recharge" ref={place} tabIndex={-1} className={classes.place}>
      <Section
        title={words.title}
        actions={query.data ? <RechargeMark state={query.data.state} /> : null}
      >
        <Remote query={query} what={words.what} skeleton={<SkeletonLines count={2} />}>
          {(recharge) => <Standing recharge={recharge} billing={billing} />}
        </Remote>
      </Section>
    </div>
  );
}

// The banner leads here.
function usePlace() {
  const { hash } = useLocation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (hash === 'auto-recharge') place.current?.focus();
  }, [hash]);
  return place;
}

interface Props {
  recharge: AutoRecharge;
  billing: Billing;
}

function Standing({ recharge, billing }: Props) {
  const dates = useDates();
  const [opened, setOpened] = useState(false);
  const id = useId();
  const { enabled, next_attempt_at: next, confirm_url: confirm, this_month: bought } = recharge;
  const allowed = billing.actions.includes('auto_recharge');
  // Without a plan or a card there is nothing to set, unless it is on and somebody wants it off.
  const settable = enabled || (allowed && billing.card !== null);
  return (
    <Stack gap="md">
      <Text size="sm">{recharge.state_text}</Text>
      {enabled || next ? (
        <Facts
          facts={[
            enabled
              ? { name: words.thisMonth, value: words.ofLimit(bought, recharge.monthly_limit) }
              : null,
            next ? { name: words.nextTry, value: dates.moment(next) } : null,
          ]}
        />
      ) : null}
      {allowed ? null : <PlanFirst billing={billing} />}
      {confirm || allowed || settable ? (
        <Group gap="sm">
          {confirm ? (
            <Button component="a" href={confirm} size="sm">
              {words.toBank}
            </Button>
          ) : null}
          {allowed ? <CardFirst recharge={recharge} billing={billing} /> : null}
          {settable ? (
            <Button
              variant="default"
              size="sm"
              aria-expanded={opened}
              aria-controls={id}
              onClick={() => setOpened(!opened)}
            >
              {opened ? words.close : words.open}
            </Button>
          ) : null}
        </Group>
      ) : null}
      <div id={id} hidden={!opened}>
        {opened ? (
          <AutoRechargeForm
            recharge={recharge}
            card={billing.card}
            saved={() => setOpened(false)}
          />
        ) : null}
      </div>
    </Stack>
  );
}

function PlanFirst({ billing }: { billing: Billing }) {
  return (
    <Group gap="sm">
      <Text size="sm">{words.needsPlan}</Text>
      {['choose_plan', 'restart_plan'].map((action) => (
        <BillingAction key={action} action={action} billing={billing} variant="default" size="sm" />
      ))}
    </Group>
  );
}

// No card, or one that did not pay.
function CardFirst({ recharge: { state }, billing }: Props) {
  const declined = state === 'off_after_declines' || state === 'last_failed';
  if (billing.card !== null && !declined) return null;
  return (
    <>
      {billing.card === null ? <Text size="sm">{words.addCard}</Text> : null}
      <BillingAction action="update_card" billing={billing} variant="default" size="sm" />
    </>
  );
}

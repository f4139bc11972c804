/** Cancelling: what stays, what gets locked, what pauses, and one button that does it. */
import { Button, Group, List, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type Billing, cancelPlan } from '../../api/gen';
import { call } from '../../api/problem';
import { billingQuery } from '../../api/queries';
import { isZero } from '../../credits/amount';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { useInstance } from '../../ui/instance';
import { ButtonTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Empty, Failure, Remote } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { cancelWords as words } from './words';

export function CancelScreen() {
  const query = useQuery(billingQuery);
  return (
    <Page title={words.title} width="narrow">
      <Remote query={query} what={words.what}>
        {(billing) => <Cancel billing={billing} />}
      </Remote>
    </Page>
  );
}

type Effects = NonNullable<Billing['if_cancelled']>;

function Cancel({ billing }: { billing: Billing }) {
  const { billing_access: access } = useMe();
  const effects = billing.if_cancelled;
  if (!billing.actions.includes('cancel_plan')) {
    const back = (
      <ButtonTo to="/billing" search={{}} variant="default">
        {words.back}
      </ButtonTo>
    );
    return (
      <Section title={words.title}>
        <Empty text={access ? words.not : words.only} action={back} />
      </Section>
    );
  }
  return (
    <>
      {effects ? <WhatFollows effects={effects} /> : <Text>{words.atOnce}</Text>}
      <Decide effects={effects} />
    </>
  );
}

function WhatFollows({ effects }: { effects: Effects }) {
  return (
    <>
      <Text>{effects.text}</Text>
      <Kept effects={effects} />
      <Locked effects={effects} />
      <Section title={words.pauses}>
        <Text size="sm">
          {effects.schedules > 0 ? words.schedules(effects.schedules) : words.noSchedules}
        </Text>
      </Section>
    </>
  );
}

function Kept({ effects }: { effects: Effects }) {
  const dates = useDates();
  const { mail } = useInstance();
  return (
    <Section title={words.keep}>
      <List size="sm" spacing={8}>
        <List.Item>{words.keptUntil(dates.day(effects.kept_until))}</List.Item>
        <List.Item>{words.stays}</List.Item>
        <List.Item>{words.receipt(mail)}</List.Item>
      </List>
    </Section>
  );
}

function Locked({ effects: { locked, locked_credits: all, at } }: { effects: Effects }) {
  const dates = useDates();
  if (isZero(all)) {
    return (
      <Section title={words.locked}>
        <Text size="sm">{words.nothingLocked}</Text>
      </Section>
    );
  }
  return (
    <Section title={words.locked}>
      <Stack gap="sm">
        <Text size="sm">{words.lockedText(all, dates.day(at))}</Text>
        <List size="sm" spacing={8}>
          {locked.map(({ credits, expires_at: expires }) => (
            <List.Item key={`${expires}${credits}`}>
              {expires === null
                ? words.lockedForEver(credits)
                : words.lockedLine(credits, dates.day(expires))}
            </List.Item>
          ))}
        </List>
      </Stack>
    </Section>
  );
}

function Decide({ effects }: { effects: Effects | null }) {
  const dates = useDates();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const cancel = useMutation({
    mutationFn: () => {
      const told = reason.trim();
      return call(cancelPlan({ body: told === '' ? {} : { reason: told } }));
    },
    onSuccess: (billing) => {
      queries.setQueryData(billingQuery.queryKey, billing);
      const at = billing.ends_at ?? effects?.at;
      announce(at ? words.done(dates.day(at)) : words.doneAtOnce);
      void queries.invalidateQueries({ queryKey: ['billing'] });
      void navigate({ to: '/billing', search: {} });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        cancel.mutate();
      }}
    >
      <Stack gap="md">
        {cancel.error ? <Failure text={words.failed} error={cancel.error} /> : null}
        <Textarea
          label={words.reason}
          description={words.reasonKept}
          rows={3}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group gap="sm">
          <Button type="submit" color="red" loading={cancel.isPending}>
            {words.yes}
          </Button>
          <ButtonTo to="/billing" search={{}} variant="default">
            {words.no}
          </ButtonTo>
        </Group>
      </Stack>
    </form>
  );
}

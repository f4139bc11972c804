/** The pool's credits, how they work, buying more, what happened, and who may. */
import { Alert, List, Text } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Billing } from '../../api/gen';
import { billingQuery } from '../../api/queries';
import { creditsText } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { BalanceFacts } from '../../credits/BalanceFacts';
import { anyOf } from '../../credits/words';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { Activity } from './Activity';
import classes from './Billing.module.css';
import { BuyDialog } from './BuyDialog';
import { Confirming } from './Confirming';
import { words } from './words';

export function BillingScreen() {
  const { billing_access: access } = useMe();
  const { buy, checkout } = useSearch({ from: '/app/billing' });
  const navigate = useNavigate({ from: '/billing' });
  const query = useQuery(billingQuery);
  const mayBuy = query.data?.actions.includes('buy_credits') ?? false;
  return (
    <Page title={words.title}>
      {checkout === undefined ? null : <Confirming key={checkout} checkoutId={checkout} />}
      <div className={classes.pair}>
        <Credits billing={query.data} />
        <HowItWorks billing={query.data} />
      </div>
      {access ? <Activity /> : null}
      <Section title={words.people} description={access ? words.peopleLead : words.peopleMember}>
        <Remote query={query} what={words.what} skeleton={<SkeletonLines count={2} />}>
          {(billing) => <People names={billing.billing_admins} />}
        </Remote>
      </Section>
      {mayBuy && buy !== undefined ? (
        <BuyDialog close={() => void navigate({ search: {}, replace: true })} />
      ) : null}
    </Page>
  );
}

function Credits({ billing }: { billing: Billing | undefined }) {
  const balance = useBalance();
  return (
    <Section
      title={words.credits}
      description={billing ? words.plan(billing.plan_name) : undefined}
      actions={<Buy billing={billing} />}
    >
      {balance === null ? (
        <SkeletonLines count={6} />
      ) : (
        <>
          <p className={classes.big} data-testid="billing-available">
            {creditsText(balance.display.available)}
          </p>
          <BalanceFacts balance={balance} />
        </>
      )}
      <WhoCan billing={billing} />
    </Section>
  );
}

function Buy({ billing }: { billing: Billing | undefined }) {
  if (!billing?.actions.includes('buy_credits')) return null;
  return (
    <ButtonTo to="/billing" search={{ buy: 1 }}>
      {words.buy}
    </ButtonTo>
  );
}

// Whoever may not act is told who can; never a dead button.
function WhoCan({ billing }: { billing: Billing | undefined }) {
  const { billing_access: access } = useMe();
  if (!billing || billing.actions.includes('buy_credits')) return null;
  if (access) {
    return (
      <Text size="sm" c="dimmed" mt="md">
        {words.noProvider}
      </Text>
    );
  }
  return (
    <Alert color="blue" mt="md">
      <Text size="sm">{words.askThem(anyOf(billing.billing_admins))}</Text>
    </Alert>
  );
}

function HowItWorks({ billing }: { billing: Billing | undefined }) {
  return (
    <Section title={words.how}>
      <List spacing={8} size="sm">
        {words.howSteps.map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
        {billing && billing.overdraft_limit !== '0' ? (
          <List.Item>{words.overdraft(billing.overdraft_limit)}</List.Item>
        ) : null}
      </List>
      <LinkTo
        to="/help/$article"
        params={{ article: 'credits' }}
        size="sm"
        display="inline-block"
        mt="md"
      >
        {words.more}
      </LinkTo>
    </Section>
  );
}

function People({ names }: { names: string[] }) {
  return (
    <ul className={classes.people}>
      {names.map((name) => (
        <li key={name}>
          <IconUser size={17} aria-hidden />
          {name}
        </li>
      ))}
    </ul>
  );
}

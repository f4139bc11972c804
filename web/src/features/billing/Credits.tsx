/** The pool's numbers as everywhere, buying more, and how credits work. */
import { List, Text } from '@mantine/core';
import type { Billing } from '../../api/gen';
import { creditsText } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { BalanceFacts } from '../../credits/BalanceFacts';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import classes from './Billing.module.css';
import { words } from './words';

export function Credits({ billing }: { billing: Billing | undefined }) {
  const { billing_access: access } = useMe();
  const balance = useBalance();
  const mayBuy = billing?.actions.includes('buy_credits') ?? false;
  return (
    <Section
      title={words.credits}
      actions={
        mayBuy ? (
          <ButtonTo to="/billing" search={{ buy: 1 }}>
            {words.buy}
          </ButtonTo>
        ) : null
      }
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
      {access && billing?.provider === 'none' ? (
        <Text size="sm" c="dimmed" mt="md">
          {words.noProvider}
        </Text>
      ) : null}
    </Section>
  );
}

export function HowItWorks({ billing }: { billing: Billing | undefined }) {
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

/** The plan, the credits, auto-recharge, what happened, and who may change any of it. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { billingQuery } from '../../api/queries';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { Activity } from './Activity';
import { AutoRechargeCard } from './AutoRecharge';
import classes from './Billing.module.css';
import { BillingAdmins } from './BillingAdmins';
import { BuyDialog } from './BuyDialog';
import { Cancelled } from './Cancelled';
import { Confirming } from './Confirming';
import { Credits, HowItWorks } from './Credits';
import { Invoices } from './Invoices';
import { Subscription } from './Subscription';
import { planWords, words } from './words';

export function BillingScreen() {
  const { billing_access: access } = useMe();
  const query = useQuery(billingQuery);
  const billing = query.data;
  const sold = billing !== undefined && billing.provider !== 'none';
  return (
    <Page title={words.title}>
      <CameBack />
      <Remote query={query} what={words.what} skeleton={<PlanSkeleton />}>
        {(data) => <Subscription billing={data} />}
      </Remote>
      <div className={classes.pair}>
        <Credits billing={billing} />
        <HowItWorks billing={billing} />
      </div>
      {access && sold ? <AutoRechargeCard billing={billing} /> : null}
      {access ? <Activity /> : null}
      {access && sold ? <Invoices /> : null}
      {billing ? <BillingAdmins names={billing.billing_admins} /> : null}
      <Buying mayBuy={billing?.actions.includes('buy_credits') ?? false} />
    </Page>
  );
}

// From a payment page, with or without having paid.
function CameBack() {
  const { checkout, cancelled } = useSearch({ from: '/app/billing' });
  if (checkout === undefined) return null;
  if (cancelled) return <Cancelled key={checkout} checkoutId={checkout} />;
  return <Confirming key={checkout} checkoutId={checkout} />;
}

function Buying({ mayBuy }: { mayBuy: boolean }) {
  const { buy, credits } = useSearch({ from: '/app/billing' });
  const navigate = useNavigate({ from: '/billing' });
  // What is open stays open when buying is not offered any more: it says why, and what comes first.
  const [could, setCould] = useState(mayBuy);
  if (mayBuy && !could) setCould(true);
  if (!could || buy === undefined) return null;
  return (
    <BuyDialog credits={credits} close={() => void navigate({ search: {}, replace: true })} />
  );
}

function PlanSkeleton() {
  return (
    <Section title={planWords.title}>
      <SkeletonLines count={5} />
    </Section>
  );
}

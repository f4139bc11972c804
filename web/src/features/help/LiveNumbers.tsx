/** Numbers inside the articles: the rate card, the packs and the pool as they are now. */
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Pack, Plan, RateCardLine } from '../../api/gen';
import { packsQuery, plansQuery, rateCardQuery } from '../../api/queries';
import { creditsText, formatCredits, formatMoney, formatPrice } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { BalanceFacts } from '../../credits/BalanceFacts';
import { type Column, DataTable } from '../../ui/DataTable';
import { useDates } from '../../ui/dates';
import { useMe } from '../../ui/me';
import { useModelName } from '../../ui/models';
import { Remote, SkeletonLines } from '../../ui/Remote';
import classes from './Help.module.css';
import { words } from './words';

const rateColumns = (modelName: (id: string) => string): Column<RateCardLine>[] => [
  {
    label: words.model,
    main: true,
    cell: ({ model, measure }) => (measure === 'seconds' ? words.browser : modelName(model)),
  },
  { label: words.measured, cell: ({ measure }) => words.measures[measure] ?? measure },
  {
    label: words.rate,
    end: true,
    cell: ({ credits_per_minute: minute, credits_per_thousand: thousand }) =>
      minute === null
        ? words.perThousandTokens(formatCredits(thousand))
        : words.perMinute(formatCredits(minute)),
  },
];

export function Rates() {
  const query = useQuery(rateCardQuery);
  const modelName = useModelName();
  const dates = useDates();
  return (
    <div className={classes.box}>
      <Remote query={query} what={words.rateCard}>
        {({ version, effective_at: at, lines }) => (
          <>
            <DataTable
              caption={words.rateCard}
              columns={rateColumns(modelName)}
              rows={lines}
              rowKey={({ model, measure }) => `${model} ${measure}`}
            />
            <Text size="xs" c="dimmed" className={classes.note}>
              {words.version(version, dates.day(at))}
            </Text>
          </>
        )}
      </Remote>
    </div>
  );
}

const packColumns: Column<Pack>[] = [
  { label: words.pack, main: true, cell: ({ credits }) => creditsText(credits) },
  { label: words.price, end: true, cell: ({ price }) => formatMoney(price) },
  {
    label: words.perThousand,
    end: true,
    cell: ({ per_thousand: each, price }) => formatPrice(each, price),
  },
];

/** Prices are for billing people; everybody else reads the article without them. */
export function Packs() {
  const { billing_access: access } = useMe();
  const query = useQuery({ ...packsQuery, enabled: access });
  if (!access) return null;
  return (
    <div className={classes.box}>
      <Remote query={query} what={words.packs}>
        {({ data }) => (
          <DataTable caption={words.packs} columns={packColumns} rows={data} rowKey={({ id }) => id} />
        )}
      </Remote>
    </div>
  );
}

const planColumns: Column<Plan>[] = [
  { label: words.plan, main: true, cell: ({ name }) => name },
  { label: words.included, end: true, cell: ({ credits }) => creditsText(credits) },
  { label: words.monthly, end: true, cell: ({ monthly }) => formatMoney(monthly) },
  { label: words.annual, end: true, cell: ({ annual }) => formatMoney(annual) },
];

/** The plans as they are offered on their own screen, to everybody. */
export function PlanPrices() {
  const query = useQuery(plansQuery);
  return (
    <div className={classes.box}>
      <Remote query={query} what={words.plans}>
        {({ data }) => (
          <DataTable caption={words.plans} columns={planColumns} rows={data} rowKey={({ id }) => id} />
        )}
      </Remote>
    </div>
  );
}

export function PoolNow() {
  const balance = useBalance();
  return (
    <div className={classes.box} data-padded>
      {balance === null ? <SkeletonLines /> : <BalanceFacts balance={balance} />}
    </div>
  );
}

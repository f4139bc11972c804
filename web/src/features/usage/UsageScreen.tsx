/** What spent the credits: what is left, this period by source, by day, and the grants. */
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { UsageSummary } from '../../api/gen';
import { billingQuery, usageQuery } from '../../api/queries';
import { creditsText, isZero } from '../../credits/amount';
import { useBalance } from '../../credits/balance-store';
import { BalanceFacts } from '../../credits/BalanceFacts';
import { Bar } from '../../ui/Bars';
import { useDates } from '../../ui/dates';
import { useInstance } from '../../ui/instance';
import { ButtonTo } from '../../ui/LinkTo';
import { useModelName } from '../../ui/models';
import { Page } from '../../ui/Page';
import { Empty, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { Background } from './Background';
import { Daily } from './Daily';
import { Grants } from './Grants';
import { Ranked, type RankedRow } from './Ranked';
import classes from './Usage.module.css';
import { words } from './words';

export function UsageScreen() {
  const query = useQuery(usageQuery);
  return (
    <Page title={words.title}>
      <div className={classes.pair}>
        <Remaining />
        <Section title={words.included}>
          <Remote query={query} what={words.what}>
            {(usage) => <Included usage={usage} />}
          </Remote>
        </Section>
      </div>
      <Remote query={query} what={words.what} skeleton={<SourcesSkeleton />}>
        {(usage) => (
          <>
            <Sources usage={usage} />
            <Daily usage={usage} />
          </>
        )}
      </Remote>
      <Background />
      <Grants />
    </Page>
  );
}

function Remaining() {
  const balance = useBalance();
  // Where credits are locked, buying more would not help: the server says what may be done.
  const mayBuy = useQuery(billingQuery).data?.actions.includes('buy_credits') ?? false;
  return (
    <Section
      title={words.remaining}
      actions={
        mayBuy ? (
          <ButtonTo to="/billing" search={{ buy: 1 }} size="sm">
            {words.buy}
          </ButtonTo>
        ) : null
      }
    >
      {balance === null ? (
        <SkeletonLines />
      ) : (
        <>
          <p className={classes.big} data-testid="usage-available">
            {creditsText(balance.display.available)}
          </p>
          <BalanceFacts balance={balance} />
        </>
      )}
    </Section>
  );
}

function Included({ usage }: { usage: UsageSummary }) {
  const dates = useDates();
  const { included, period, pace } = usage;
  const balance = useBalance();
  if (isZero(included.granted)) {
    return (
      <Text size="sm" c="dimmed">
        {words.noIncluded} {balance && isZero(balance.purchased) ? null : words.usesPurchased}
      </Text>
    );
  }
  const until = dates.day(period.ends_at);
  return (
    <>
      <p className={classes.big}>{words.left(included.left)}</p>
      <Bar percent={Number(included.percent_used)} />
      <Group justify="space-between" gap="xs" mt={8}>
        <Text size="sm">
          {words.usedOf(included.used, included.granted)} ({words.percent(included.percent_used)})
        </Text>
        <Text size="sm" c="dimmed">
          {words.days(period.days_left)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed" mt={10}>
        {words.period(dates.day(period.starts_at), until)}
      </Text>
      {isZero(included.left) ? (
        <Text size="sm" mt={10}>
          {words.usedUp(until)}
        </Text>
      ) : null}
      {pace ? (
        <Text size="sm" mt={10}>
          {pace}
        </Text>
      ) : null}
    </>
  );
}

function Sources({ usage }: { usage: UsageSummary }) {
  const works = useRight('start_work');
  const { agent_name: agent } = useInstance();
  const modelName = useModelName();
  if (isZero(usage.used) && usage.sources.length === 0) {
    return (
      <Section title={words.sources}>
        <Empty
          text={works ? words.none(agent) : words.noneRead}
          action={works ? <ButtonTo to="/">{words.start}</ButtonTo> : null}
        />
      </Section>
    );
  }
  const sources: RankedRow[] = usage.sources.map(({ source, label, credits, share_percent, count }) => ({
    id: source,
    label,
    credits,
    share: share_percent,
    count,
  }));
  return (
    <>
      <Section title={words.sources} description={words.sourcesLead(usage.used)}>
        <Ranked rows={sources} linked />
      </Section>
      <div className={classes.pair}>
        <Section title={words.models}>
          <Ranked
            rows={usage.models.map(({ model, credits, count }) => ({
              id: model,
              label: modelName(model),
              credits,
              count,
            }))}
          />
        </Section>
        <Section title={words.members}>
          {usage.members ? (
            <Ranked
              rows={usage.members.map(({ user_id: id, name, credits, count }) => ({
                id,
                label: name,
                credits,
                count,
              }))}
            />
          ) : (
            <Text size="sm" c="dimmed">
              {words.membersHidden}
            </Text>
          )}
        </Section>
      </div>
    </>
  );
}

function SourcesSkeleton() {
  return (
    <Section title={words.sources}>
      <SkeletonLines count={5} />
    </Section>
  );
}

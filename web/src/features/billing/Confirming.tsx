/** After paying: “confirming” until what was bought is there, never before. */
import { Alert, Button, Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Checkout } from '../../api/gen';
import { checkoutQuery, creditsQuery } from '../../api/queries';
import { balanceStore, useBalance } from '../../credits/balance-store';
import { announce } from '../../ui/announce';
import { LinkTo } from '../../ui/LinkTo';
import { Failure } from '../../ui/Remote';
import { words } from './words';

const POLL_MS = 1_500;

export function Confirming({ checkoutId }: { checkoutId: string }) {
  const { data, error, refetch } = useQuery({
    ...checkoutQuery(checkoutId),
    refetchOnMount: 'always',
    refetchInterval: ({ state }) => (isSettled(state.data) ? false : POLL_MS),
  });
  const shown = useGrantShown(data);
  if (error && !data) return <Failure text={words.failed} error={error} retry={refetch} />;
  if (data?.state === 'declined' || data?.state === 'expired') return <NotPaid checkout={data} />;
  if (data?.state === 'confirmation_needed') return <AtBank checkout={data} />;
  if (data?.state === 'granted' && shown) return <Arrived checkout={data} />;
  return <Waiting checkout={data} />;
}

function isSettled(checkout: Checkout | undefined): boolean {
  const state = checkout?.state;
  return state === 'granted' || state === 'declined' || state === 'expired';
}

function Arrived({ checkout }: { checkout: Checkout }) {
  return (
    <Alert
      color="green"
      icon={<IconCircleCheck aria-hidden />}
      title={goodNews(checkout)}
      data-testid="credits-added"
    >
      {checkout.kind === 'credits' ? <Text size="sm">{words.addedText}</Text> : null}
    </Alert>
  );
}

function goodNews({ kind, credits }: Checkout): string {
  return kind === 'credits' && credits !== null ? words.added(credits) : words.arrived[kind];
}

function NotPaid({ checkout: { state, reason, kind, credits } }: { checkout: Checkout }) {
  if (reason === 'plan_there') {
    return (
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={words.planThere} />
    );
  }
  const declined = reason ? words.declinedFor(reason) : words.declined;
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle aria-hidden />}
      title={state === 'declined' ? declined : words.notCompleted}
    >
      {kind === 'credits' ? (
        <LinkTo to="/billing" search={{ buy: 1, credits: credits ?? undefined }} size="sm">
          {words.tryAgain}
        </LinkTo>
      ) : null}
      {kind === 'plan' ? (
        <LinkTo to="/plans" search={{}} size="sm">
          {words.tryAgain}
        </LinkTo>
      ) : null}
    </Alert>
  );
}

function AtBank({ checkout }: { checkout: Checkout }) {
  return (
    <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={words.bank}>
      {checkout.url ? (
        <Button component="a" href={checkout.url} size="sm">
          {words.toBank}
        </Button>
      ) : null}
    </Alert>
  );
}

function Waiting({ checkout }: { checkout: Checkout | undefined }) {
  const text = checkout?.kind === 'plan' ? words.confirmingPlan : words.confirmingText;
  return (
    <Alert color="blue" icon={<Loader size={18} aria-hidden />} title={words.confirming}>
      <Text size="sm">{text}</Text>
      {checkout?.state === 'open' && checkout.url ? (
        <Text size="sm">
          <a href={checkout.url}>{words.notPaid}</a>
        </Text>
      ) : null}
    </Alert>
  );
}

// The good news is told when the shown balance is the one that has the grant in it.
function useGrantShown(checkout: Checkout | undefined): boolean {
  const queries = useQueryClient();
  const balance = useBalance();
  const granted = checkout?.state === 'granted' ? checkout : undefined;
  const position = granted?.position ?? 0;
  const shown = granted !== undefined && balance !== null && balance.position >= position;
  const text = granted ? goodNews(granted) : undefined;
  useEffect(() => {
    if (text === undefined) return;
    if (shown) {
      announce(text);
      void queries.invalidateQueries({ queryKey: ['activity'] });
      void queries.invalidateQueries({ queryKey: ['billing'] });
      return;
    }
    // The event may be late or the stream down: ask once more.
    void queries
      .fetchQuery({ ...creditsQuery, staleTime: 0 })
      .then((next) => balanceStore.offer(next, Date.now()));
  }, [text, shown, queries]);
  return shown;
}

/** After paying: “confirming” until the credits are in the pool, never before. */
import { Alert, Loader, Text } from '@mantine/core';
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
  if (data?.state === 'declined') {
    return (
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={words.notAdded}>
        <LinkTo to="/billing" search={{ buy: 1 }} size="sm">
          {words.tryAgain}
        </LinkTo>
      </Alert>
    );
  }
  if (data?.state === 'granted' && shown) {
    return (
      <Alert
        color="green"
        icon={<IconCircleCheck aria-hidden />}
        title={words.added(data.pack.credits)}
        data-testid="credits-added"
      >
        <Text size="sm">{words.addedText}</Text>
      </Alert>
    );
  }
  return (
    <Alert color="blue" icon={<Loader size={18} aria-hidden />} title={words.confirming}>
      <Text size="sm">{words.confirmingText}</Text>
      {data?.state === 'open' ? (
        <LinkTo to="/sandbox/checkout/$checkoutId" params={{ checkoutId }} size="sm">
          {words.notPaid}
        </LinkTo>
      ) : null}
    </Alert>
  );
}

function isSettled(checkout: Checkout | undefined): boolean {
  return checkout !== undefined && checkout.state !== 'open';
}

// The good news is told when the shown balance is the one that has the grant in it.
function useGrantShown(checkout: Checkout | undefined): boolean {
  const queries = useQueryClient();
  const balance = useBalance();
  const granted = checkout?.state === 'granted';
  const position = checkout?.position ?? 0;
  const shown = granted && balance !== null && balance.position >= position;
  const credits = checkout?.pack.credits;
  useEffect(() => {
    if (!granted) return;
    if (shown) {
      if (credits !== undefined) announce(words.added(credits));
      void queries.invalidateQueries({ queryKey: ['activity'] });
      return;
    }
    // The event may be late or the stream down: ask once more.
    void queries
      .fetchQuery({ ...creditsQuery, staleTime: 0 })
      .then((next) => balanceStore.offer(next, Date.now()));
  }, [granted, shown, credits, queries]);
  return shown;
}

/** What follows a successful set-up, sign-up or log-in: nothing of anybody else stays cached. */
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { Me } from '../../api/gen';
import { instanceQuery, meQuery } from '../../api/queries';
import { balanceStore } from '../../credits/balance-store';

export function useEnter(): (me: Me, to?: string) => Promise<void> {
  const queries = useQueryClient();
  const router = useRouter();
  return async (me, to = '/') => {
    balanceStore.clear();
    queries.clear();
    await queries.fetchQuery(instanceQuery);
    queries.setQueryData(meQuery.queryKey, me);
    router.history.push(to);
  };
}

/** Only a path of our own: `/sessions/…`, never another host. */
export function safeReturn(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) ? path : '/';
}

/** The secret after the `#`, as `#token=…` or `#…`. */
export function tokenInFragment(hash: string): string {
  const fragment = hash.replace(/^#/, '');
  return new URLSearchParams(fragment).get('token') ?? (fragment.includes('=') ? '' : fragment);
}

/**
 * Every reading of the server the screens do, with its cache key. Writing is done
 * where the button is. Keys begin with the noun that `credits/live.ts` invalidates.
 */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import * as api from './gen';
import { client } from './gen/client.gen';
import { call } from './problem';

client.setConfig({ baseUrl: window.location.origin, credentials: 'same-origin' });

const minute = 60_000;

export const instanceQuery = queryOptions({
  queryKey: ['instance'],
  queryFn: () => call(api.getInstance()),
  staleTime: 5 * minute,
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => call(api.getMe()),
  staleTime: minute,
});

export const loginsQuery = queryOptions({
  queryKey: ['logins'],
  queryFn: () => call(api.listLogins()),
});

export const membersQuery = queryOptions({
  queryKey: ['members'],
  // No event tells of people who join or leave: every look asks.
  staleTime: 0,
  queryFn: () => call(api.listMembers()),
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  staleTime: 0,
  queryFn: () => call(api.listInvitations()),
});

export const creditsQuery = queryOptions({
  queryKey: ['credits'],
  queryFn: () => call(api.getCredits()),
});

export const grantsQuery = queryOptions({
  queryKey: ['grants'],
  queryFn: () => call(api.listGrants()),
});

export const rateCardQuery = queryOptions({
  queryKey: ['rate-card'],
  queryFn: () => call(api.getRateCard()),
  staleTime: 5 * minute,
});

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: () => call(api.listModels()),
  staleTime: minute / 2,
});

export const usageQuery = queryOptions({
  queryKey: ['usage'],
  queryFn: () => call(api.getUsageSummary()),
});

export const billingQuery = queryOptions({
  queryKey: ['billing'],
  queryFn: () => call(api.getBilling()),
});

export const packsQuery = queryOptions({
  queryKey: ['packs'],
  queryFn: () => call(api.listPacks()),
  staleTime: 5 * minute,
});

export const checkoutQuery = (id: string) =>
  queryOptions({
    queryKey: ['checkout', id],
    queryFn: () => call(api.getCheckout({ path: { id } })),
  });

export const sandboxCardsQuery = queryOptions({
  queryKey: ['sandbox-cards'],
  queryFn: () => call(api.listSandboxCards()),
  staleTime: 5 * minute,
});

export const sessionQuery = (id: string) =>
  queryOptions({
    queryKey: ['session', id],
    queryFn: () => call(api.getSession({ path: { id } })),
  });

export const messagesQuery = (id: string) =>
  queryOptions({
    queryKey: ['messages', id],
    queryFn: () => call(api.listMessages({ path: { id } })),
  });

export const runQuery = (id: string) =>
  queryOptions({ queryKey: ['run', id], queryFn: () => call(api.getRun({ path: { id } })) });

export const receiptQuery = (id: string) =>
  queryOptions({
    queryKey: ['receipt', id],
    queryFn: () => call(api.getReceipt({ path: { id } })),
  });

/** The newest runs, from which the header picks those that are at work. */
export const recentRunsQuery = queryOptions({
  queryKey: ['runs', 'recent'],
  queryFn: () => call(api.listRuns({ query: { limit: 50 } })),
});

export const operatorSettingsQuery = queryOptions({
  queryKey: ['operator-settings'],
  queryFn: () => call(api.getOperatorSettings()),
});

export const modelProviderQuery = queryOptions({
  queryKey: ['model-provider'],
  queryFn: () => call(api.getModelProvider()),
});

interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}

function paged<T>(key: readonly unknown[], read: (cursor?: string) => Promise<Page<T>>) {
  return infiniteQueryOptions({
    queryKey: [...key, 'pages'],
    queryFn: ({ pageParam }: { pageParam: string | undefined }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<T>) => last.next_cursor ?? undefined,
  });
}

function cursorQuery(limit: number, cursor: string | undefined) {
  return cursor === undefined ? { limit } : { limit, cursor };
}

export const sessionPages = (limit: number) =>
  paged(['sessions', limit], (cursor) =>
    call(api.listSessions({ query: cursorQuery(limit, cursor) })),
  );

export const runPages = (state: api.RunState | undefined) =>
  paged(['runs', state ?? 'all'], (cursor) =>
    call(
      api.listRuns({ query: { ...cursorQuery(30, cursor), ...(state === undefined ? {} : { state }) } }),
    ),
  );

export const activityPages = paged(['activity'], (cursor) =>
  call(api.listBillingActivity({ query: cursorQuery(20, cursor) })),
);

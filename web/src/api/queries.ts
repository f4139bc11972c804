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

/** How many notices are unread. */
export const unreadQuery = queryOptions({
  queryKey: ['notifications', 'unread'],
  // The newest are told as they come.
  queryFn: () => call(api.listNotifications({ query: { limit: 10 } })),
  staleTime: minute / 2,
});

export const notificationPreferencesQuery = queryOptions({
  queryKey: ['notification-preferences'],
  queryFn: () => call(api.getNotificationPreferences()),
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

export const backgroundQuery = queryOptions({
  queryKey: ['usage', 'background'],
  queryFn: () => call(api.getBackgroundUsage()),
});

export const billingQuery = queryOptions({
  queryKey: ['billing'],
  queryFn: () => call(api.getBilling()),
});

export const plansQuery = queryOptions({
  // What choosing a plan would be follows from the plan of today.
  queryKey: ['billing', 'plans'],
  queryFn: () => call(api.listPlans()),
});

/**
 * What a change would do. Each asking makes a new preview with an id of its own, so that it is
 * asked for only when a person wants to see it.
 */
export const previewQuery = (plan: string, cadence: api.Cadence) =>
  queryOptions({
    queryKey: ['preview', plan, cadence],
    queryFn: () => call(api.previewChange({ body: { plan_id: plan, cadence } })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const autoRechargeQuery = queryOptions({
  queryKey: ['billing', 'auto-recharge'],
  queryFn: () => call(api.getAutoRecharge()),
});

export const invoicesQuery = queryOptions({
  queryKey: ['billing', 'invoices'],
  queryFn: () => call(api.listInvoices()),
});

export const billingAdminsQuery = queryOptions({
  queryKey: ['billing', 'admins'],
  queryFn: () => call(api.listBillingAdmins()),
});

export const packsQuery = queryOptions({
  queryKey: ['packs'],
  queryFn: () => call(api.listPacks()),
  staleTime: minute,
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

export const sandboxPaymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['sandbox-payment', id],
    queryFn: () => call(api.getSandboxPayment({ path: { id } })),
  });

export const sessionQuery = (id: string) =>
  queryOptions({
    queryKey: ['session', id],
    queryFn: () => call(api.getSession({ path: { id } })),
  });

/** With whom a session is shared; what tells that the session changed tells of this too. */
export const sharesQuery = (id: string) =>
  queryOptions({
    queryKey: ['session', id, 'shares'],
    queryFn: () => call(api.listShares({ path: { id } })),
  });

export const messagesQuery = (id: string) =>
  queryOptions({
    queryKey: ['messages', id],
    queryFn: () => call(api.listMessages({ path: { id } })),
  });

export const runQuery = (id: string) =>
  queryOptions({ queryKey: ['run', id], queryFn: () => call(api.getRun({ path: { id } })) });

/** Whether browser sessions can be started, and what bounds them. */
export const browserQuery = queryOptions({
  queryKey: ['browser'],
  queryFn: () => call(api.getBrowser()),
  staleTime: minute / 4,
});

export const stillsQuery = (id: string) =>
  queryOptions({
    queryKey: ['stills', id],
    queryFn: () => call(api.listStills({ path: { id } })),
    staleTime: 5 * minute,
  });

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

export const toolsQuery = queryOptions({
  queryKey: ['tools'],
  queryFn: () => call(api.listTools()),
});

export const toolQuery = (id: string) =>
  queryOptions({ queryKey: ['tool', id], queryFn: () => call(api.getTool({ path: { id } })) });

export const savedInputsQuery = (tool: string) =>
  queryOptions({
    queryKey: ['saved-inputs', tool],
    queryFn: () => call(api.listSavedInputs({ path: { id: tool } })),
  });

export const workflowsQuery = queryOptions({
  queryKey: ['workflows'],
  queryFn: () => call(api.listWorkflows()),
});

export const workflowQuery = (id: string) =>
  queryOptions({
    queryKey: ['workflow', id],
    queryFn: () => call(api.getWorkflow({ path: { id } })),
  });

export const workflowVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['workflow-versions', id],
    queryFn: () => call(api.listWorkflowVersions({ path: { id } })),
  });

export const workflowVersionQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ['workflow-versions', id, version],
    queryFn: () => call(api.getWorkflowVersion({ path: { id, version } })),
    staleTime: 5 * minute,
  });

export const schedulesQuery = queryOptions({
  queryKey: ['schedules'],
  queryFn: () => call(api.listSchedules()),
});

export const scheduleQuery = (id: string) =>
  queryOptions({
    queryKey: ['schedule', id],
    // That its slot passed without a run is told by no event.
    refetchInterval: minute / 4,
    queryFn: () => call(api.getSchedule({ path: { id } })),
  });

/** Runs that stand still because credits ran out. */
export const pausedRunsQuery = queryOptions({
  queryKey: ['runs', 'paused'],
  queryFn: () => call(api.listRuns({ query: { state: 'paused_no_credits', limit: 20 } })),
});

export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: ['file', id],
    queryFn: () => call(api.getFile({ path: { id } })),
    staleTime: 5 * minute,
  });

interface Page {
  next_cursor?: string | null;
}

function paged<P extends Page>(
  key: readonly unknown[],
  read: (cursor?: string) => Promise<P>,
) {
  return infiniteQueryOptions({
    queryKey: [...key, 'pages'],
    queryFn: ({ pageParam }: { pageParam: string | undefined }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: P) => last.next_cursor ?? undefined,
  });
}

function cursorQuery(limit: number, cursor: string | undefined) {
  return cursor === undefined ? { limit } : { limit, cursor };
}

export const sessionPages = (limit: number) =>
  paged(['sessions', limit], (cursor) =>
    call(api.listSessions({ query: cursorQuery(limit, cursor) })),
  );

/** Which runs a list shows; what is not named is not filtered by. */
export interface RunFilter {
  kind?: api.RunKind | undefined;
  state?: api.RunState | undefined;
  trigger?: api.RunTrigger | undefined;
  subject?: string | undefined;
  schedule_id?: string | undefined;
  member_id?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  min_credits?: string | undefined;
  sort?: 'newest' | 'credits' | undefined;
}

export const runPages = (filter: RunFilter) =>
  paged(['runs', filter], (cursor) =>
    call(api.listRuns({ query: { ...cursorQuery(30, cursor), ...filter } })),
  );

export const notificationPages = paged(['notifications'], (cursor) =>
  call(api.listNotifications({ query: cursorQuery(20, cursor) })),
);

export const filePages = paged(['files'], (cursor) =>
  call(api.listFiles({ query: cursorQuery(20, cursor) })),
);

export const auditPages = () =>
  paged(['audit'], (cursor) => call(api.listAuditLog({ query: cursorQuery(50, cursor) })));

export const activityPages = (kind: api.ActivityType | undefined) =>
  paged(['activity', kind ?? 'all'], (cursor) =>
    call(
      api.listBillingActivity({
        query: { ...cursorQuery(20, cursor), ...(kind === undefined ? {} : { kind }) },
      }),
    ),
  );

/** All addresses of the app. Screens load when they are opened; who may enter is decided here. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { isRunState } from '../features/runs/states';
import { Shell } from '../features/shell/Shell';
import { guardApp, guardSetup, guardSignUp } from './guards';
import { NotFound, RouteFailure } from './RouteFailure';
import { Root } from './Root';

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
});

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  beforeLoad: ({ context }) => guardSetup(context.queries),
  component: lazyRouteComponent(() => import('../features/auth/SetupScreen'), 'SetupScreen'),
});
const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('../features/auth/JoinScreen'), 'JoinScreen'),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  beforeLoad: ({ context }) => guardSignUp(context.queries),
  component: lazyRouteComponent(() => import('../features/auth/SignUpScreen'), 'SignUpScreen'),
});
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { return?: string | undefined } => ({
    return: text(search['return']),
  }),
  component: lazyRouteComponent(() => import('../features/auth/LogInScreen'), 'LogInScreen'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: ({ context, location }) => guardApp(context.queries, location.href),
  component: Shell,
  errorComponent: RouteFailure,
});
const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/HomeScreen'), 'HomeScreen'),
});
const sessions = createRoute({
  getParentRoute: () => app,
  path: '/sessions',
  component: lazyRouteComponent(() => import('../features/sessions/SessionsScreen'), 'SessionsScreen'),
});
const session = createRoute({
  getParentRoute: () => app,
  path: '/sessions/$sessionId',
  component: lazyRouteComponent(() => import('../features/sessions/SessionScreen'), 'SessionScreen'),
});
const runs = createRoute({
  getParentRoute: () => app,
  path: '/runs',
  validateSearch: (search: Record<string, unknown>) =>
    isRunState(search['state']) ? { state: search['state'] } : {},
  component: lazyRouteComponent(() => import('../features/runs/RunsScreen'), 'RunsScreen'),
});
const run = createRoute({
  getParentRoute: () => app,
  path: '/runs/$runId',
  component: lazyRouteComponent(() => import('../features/runs/RunScreen'), 'RunScreen'),
});
const receipt = createRoute({
  getParentRoute: () => app,
  path: '/runs/$runId/receipt',
  component: lazyRouteComponent(() => import('../features/runs/ReceiptScreen'), 'ReceiptScreen'),
});
const usage = createRoute({
  getParentRoute: () => app,
  path: '/usage',
  component: lazyRouteComponent(() => import('../features/usage/UsageScreen'), 'UsageScreen'),
});
const billing = createRoute({
  getParentRoute: () => app,
  path: '/billing',
  validateSearch: (
    search: Record<string, unknown>,
  ): { buy?: 1 | undefined; checkout?: string | undefined } => ({
    buy: search['buy'] === undefined ? undefined : 1,
    checkout: text(search['checkout']),
  }),
  component: lazyRouteComponent(() => import('../features/billing/BillingScreen'), 'BillingScreen'),
});
const checkout = createRoute({
  getParentRoute: () => app,
  path: '/sandbox/checkout/$checkoutId',
  component: lazyRouteComponent(
    () => import('../features/billing/SandboxCheckoutScreen'),
    'SandboxCheckoutScreen',
  ),
});
const team = createRoute({
  getParentRoute: () => app,
  path: '/team',
  component: lazyRouteComponent(() => import('../features/team/TeamScreen'), 'TeamScreen'),
});
const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/SettingsScreen'), 'SettingsScreen'),
});
const models = createRoute({
  getParentRoute: () => app,
  path: '/models',
  component: lazyRouteComponent(() => import('../features/models/ModelsScreen'), 'ModelsScreen'),
});
const help = createRoute({
  getParentRoute: () => app,
  path: '/help',
  component: lazyRouteComponent(() => import('../features/help/HelpScreen'), 'HelpScreen'),
});
const article = createRoute({
  getParentRoute: () => app,
  path: '/help/$article',
  component: lazyRouteComponent(() => import('../features/help/ArticleScreen'), 'ArticleScreen'),
});
const tree = root.addChildren([
  setup,
  join,
  signUp,
  login,
  app.addChildren([
    home,
    sessions,
    session,
    runs,
    run,
    receipt,
    usage,
    billing,
    checkout,
    team,
    settings,
    models,
    help,
    article,
  ]),
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: RouteFailure,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

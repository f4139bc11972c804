/** All addresses of the app. Screens load when they are opened; who may enter is decided here. */
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { type Deleted, readDeleted } from '../features/account/deleted';
import { readBillingSearch, readPlansSearch } from '../features/billing/search';
import { readRunsSearch } from '../features/runs/filter';
import { Shell } from '../features/shell/Shell';
import { readSearch } from '../features/tools/catalog';
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
  validateSearch: (
    search: Record<string, unknown>,
  ): { return?: string | undefined; deleted?: Deleted | undefined } => ({
    return: text(search['return']),
    deleted: readDeleted(search['deleted']),
  }),
  component: lazyRouteComponent(() => import('../features/auth/LogInScreen'), 'LogInScreen'),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot',
  component: lazyRouteComponent(() => import('../features/auth/ForgotScreen'), 'ForgotScreen'),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyRouteComponent(() => import('../features/auth/ResetScreen'), 'ResetScreen'),
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
const tools = createRoute({
  getParentRoute: () => app,
  path: '/tools',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('../features/tools/ToolsScreen'), 'ToolsScreen'),
});
const tool = createRoute({
  getParentRoute: () => app,
  path: '/tools/$toolId',
  validateSearch: (search: Record<string, unknown>): { run?: string | undefined } => ({
    run: text(search['run']),
  }),
  component: lazyRouteComponent(() => import('../features/tools/ToolScreen'), 'ToolScreen'),
});
const workflows = createRoute({
  getParentRoute: () => app,
  path: '/workflows',
  component: lazyRouteComponent(
    () => import('../features/workflows/WorkflowsScreen'),
    'WorkflowsScreen',
  ),
});
const newWorkflow = createRoute({
  getParentRoute: () => app,
  path: '/workflows/new',
  component: lazyRouteComponent(
    () => import('../features/workflows/BuilderScreen'),
    'NewWorkflowScreen',
  ),
});
const workflow = createRoute({
  getParentRoute: () => app,
  path: '/workflows/$workflowId',
  validateSearch: (search: Record<string, unknown>): { run?: string | undefined } => ({
    run: text(search['run']),
  }),
  component: lazyRouteComponent(
    () => import('../features/workflows/WorkflowScreen'),
    'WorkflowScreen',
  ),
});
const editWorkflow = createRoute({
  getParentRoute: () => app,
  path: '/workflows/$workflowId/edit',
  component: lazyRouteComponent(
    () => import('../features/workflows/BuilderScreen'),
    'EditWorkflowScreen',
  ),
});
const workflowVersions = createRoute({
  getParentRoute: () => app,
  path: '/workflows/$workflowId/versions',
  validateSearch: (search: Record<string, unknown>): { version?: number | undefined } => {
    const version = Number(search['version']);
    return { version: Number.isSafeInteger(version) && version > 0 ? version : undefined };
  },
  component: lazyRouteComponent(
    () => import('../features/workflows/VersionsScreen'),
    'VersionsScreen',
  ),
});
const schedules = createRoute({
  getParentRoute: () => app,
  path: '/schedules',
  component: lazyRouteComponent(
    () => import('../features/schedules/SchedulesScreen'),
    'SchedulesScreen',
  ),
});
const newSchedule = createRoute({
  getParentRoute: () => app,
  path: '/schedules/new',
  validateSearch: (
    search: Record<string, unknown>,
  ): { tool?: string | undefined; workflow?: string | undefined } => ({
    tool: text(search['tool']),
    workflow: text(search['workflow']),
  }),
  component: lazyRouteComponent(
    () => import('../features/schedules/NewScheduleScreen'),
    'NewScheduleScreen',
  ),
});
const schedule = createRoute({
  getParentRoute: () => app,
  path: '/schedules/$scheduleId',
  component: lazyRouteComponent(
    () => import('../features/schedules/ScheduleScreen'),
    'ScheduleScreen',
  ),
});
const runs = createRoute({
  getParentRoute: () => app,
  path: '/runs',
  validateSearch: readRunsSearch,
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
const browser = createRoute({
  getParentRoute: () => app,
  path: '/browser',
  component: lazyRouteComponent(() => import('../features/browser/BrowserScreen'), 'BrowserScreen'),
});
const usage = createRoute({
  getParentRoute: () => app,
  path: '/usage',
  component: lazyRouteComponent(() => import('../features/usage/UsageScreen'), 'UsageScreen'),
});
const billing = createRoute({
  getParentRoute: () => app,
  path: '/billing',
  validateSearch: readBillingSearch,
  component: lazyRouteComponent(() => import('../features/billing/BillingScreen'), 'BillingScreen'),
});
const cancelPlan = createRoute({
  getParentRoute: () => app,
  path: '/billing/cancel',
  component: lazyRouteComponent(() => import('../features/billing/CancelScreen'), 'CancelScreen'),
});
const plans = createRoute({
  getParentRoute: () => app,
  path: '/plans',
  validateSearch: readPlansSearch,
  component: lazyRouteComponent(() => import('../features/plans/PlansScreen'), 'PlansScreen'),
});
const checkout = createRoute({
  getParentRoute: () => app,
  path: '/sandbox/checkout/$checkoutId',
  component: lazyRouteComponent(
    () => import('../features/billing/SandboxCheckoutScreen'),
    'SandboxCheckoutScreen',
  ),
});
const sandboxCard = createRoute({
  getParentRoute: () => app,
  path: '/sandbox/card/$customerId',
  component: lazyRouteComponent(
    () => import('../features/billing/SandboxCardScreen'),
    'SandboxCardScreen',
  ),
});
const sandboxConfirm = createRoute({
  getParentRoute: () => app,
  path: '/sandbox/confirm/$paymentId',
  component: lazyRouteComponent(
    () => import('../features/billing/SandboxConfirmScreen'),
    'SandboxConfirmScreen',
  ),
});
const sandboxReceipt = createRoute({
  getParentRoute: () => app,
  path: '/sandbox/receipt/$paymentId',
  component: lazyRouteComponent(
    () => import('../features/billing/SandboxReceiptScreen'),
    'SandboxReceiptScreen',
  ),
});
const team = createRoute({
  getParentRoute: () => app,
  path: '/team',
  component: lazyRouteComponent(() => import('../features/team/TeamScreen'), 'TeamScreen'),
});
const notifications = createRoute({
  getParentRoute: () => app,
  path: '/notifications',
  component: lazyRouteComponent(
    () => import('../features/notifications/NotificationsScreen'),
    'NotificationsScreen',
  ),
});
const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/SettingsScreen'), 'SettingsScreen'),
});
const auditLog = createRoute({
  getParentRoute: () => app,
  path: '/settings/audit-log',
  component: lazyRouteComponent(() => import('../features/audit/AuditScreen'), 'AuditScreen'),
});
const data = createRoute({
  getParentRoute: () => app,
  path: '/settings/data',
  component: lazyRouteComponent(() => import('../features/account/DataScreen'), 'DataScreen'),
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
  forgot,
  reset,
  app.addChildren([
    home,
    sessions,
    session,
    tools,
    tool,
    workflows,
    newWorkflow,
    workflow,
    editWorkflow,
    workflowVersions,
    schedules,
    newSchedule,
    schedule,
    runs,
    run,
    receipt,
    browser,
    usage,
    billing,
    cancelPlan,
    plans,
    checkout,
    sandboxCard,
    sandboxConfirm,
    sandboxReceipt,
    team,
    notifications,
    settings,
    auditLog,
    data,
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

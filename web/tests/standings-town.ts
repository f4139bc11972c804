/**
 * What the server answers to each kind of person, in each situation of the plan: the flags follow
 * the rights of `rights.json`, which a test of the server compares with its own table; whoever lacks
 * a right is refused as the server refuses.
 */
import type { Billing, Me, Member, MemberActs, RunSummary, Schedule, Workflow } from '../src/api/gen';
import type { serve } from './app';
import { billing, billingAnswers, refusal, standing, withoutAccess } from './billing-samples';
import { member } from './member-samples';
import rights from './rights.json';
import { me, message, poolOf, quote, run, schedule, session, tool, toolRun, workflow } from './samples';

export type Kind = keyof typeof rights;
export const kinds = Object.keys(rights) as Kind[];

export type Plan = 'on a plan' | 'without a plan' | 'locked';

type Answers = Parameters<typeof serve>[0];

const OWN = 'usr_me';
const OTHER = 'usr_lee';

/** Who asks. */
export function person(kind: Kind): Me {
  const { role, billing_admin, billing_access, rights: has } = rights[kind];
  return me({
    user: { id: OWN, name: 'Kim Park', email: 'kim@example.com', operator: false },
    role: role as Me['role'],
    billing_admin,
    billing_access,
    rights: [...has],
    organizations: [{ id: 'org_1', name: 'Northwind', role: role as Me['role'] }],
  });
}

interface Ground {
  may: (right: string) => boolean;
  directs: (maker: string) => boolean;
}

function groundOf(kind: Kind): Ground {
  const has: readonly string[] = rights[kind].rights;
  const may = (right: string) => has.includes(right);
  const directs = (maker: string) => may('start_work') && (may('see_all') || maker === OWN);
  return { may, directs };
}

/** Everybody: who asks, the owner if that is somebody else, and Lee, a member. */
function members(kind: Kind, { may }: Ground): Member[] {
  const { role, billing_admin, billing_access, rights: has } = rights[kind];
  const acts = (user: string, owner: boolean): MemberActs => ({
    change_role: may('manage_team') && user !== OWN && !owner,
    remove: (may('manage_team') || user === OWN) && !owner,
    mark_billing: may('grant_billing') && !owner,
    transfer: may('own') && user !== OWN,
  });
  const shown = { credits_this_period: may('billing') ? '3' : null };
  const kim = member({
    ...shown,
    user_id: OWN,
    name: 'Kim Park',
    email: 'kim@example.com',
    role: role as Member['role'],
    billing_admin,
    billing_access,
    rights: [...has],
    can: acts(OWN, role === 'owner'),
  });
  const lee = member({
    ...shown,
    ...rights.member,
    role: 'member',
    user_id: OTHER,
    name: 'Lee Wong',
    email: 'lee@example.com',
    can: acts(OTHER, false),
  });
  const mia = member({ ...shown, can: acts('usr_1', true) });
  return role === 'owner' ? [kim, lee] : [mia, kim, lee];
}

const made = (own: boolean) => ({ owner: own ? 'Kim Park' : 'Lee Wong', owner_id: own ? OWN : OTHER });
const began = (own: boolean) => ({
  started_by: own ? 'Kim Park' : 'Lee Wong',
  started_by_id: own ? OWN : OTHER,
});
const whose = (own: boolean) => (own ? 'own' : 'other');

function schedules({ may, directs }: Ground): Schedule[] {
  return [true, false].map((own) => {
    const maker = made(own);
    return schedule({
      ...maker,
      id: `sch_${whose(own)}`,
      name: `${whose(own)} schedule`,
      state: 'needs_attention',
      note: 'Paused after 5 failures in a row.',
      can_edit: directs(maker.owner_id),
      inputs: own || may('see_all') ? { topic: 'Sales' } : null,
    });
  });
}

function workflows({ directs }: Ground): Workflow[] {
  return [true, false].map((own) => {
    const maker = made(own);
    const id = `wf_${whose(own)}`;
    return workflow({ ...maker, id, name: `${whose(own)} workflow`, can_edit: directs(maker.owner_id) });
  });
}

function runs({ may, directs }: Ground) {
  return [true, false].map((own) => {
    const maker = began(own);
    const opens = own || may('see_all');
    return toolRun({
      ...maker,
      id: `run_${whose(own)}`,
      title: `${whose(own)} run`,
      state: 'paused_no_credits',
      queue: { ahead: 0, needed: '12' },
      has_content: opens,
      inputs: opens ? { topic: 'Sales' } : null,
      can_stop: directs(maker.started_by_id),
      can_resume: directs(maker.started_by_id),
    });
  });
}

// At work in the header's list.
const working: RunSummary[] = [true, false].map((own) =>
  run({ ...began(own), id: `run_live_${whose(own)}`, title: `${whose(own)} answer` }),
);

const ended = { plan: null, price: null, renews_at: null, if_cancelled: null } as const;

function pageOf(plan: Plan): Billing {
  if (plan === 'on a plan') return billing();
  if (plan === 'without a plan') return standing('none', 'There is no plan.', 'choose_plan', ended);
  const locked = standing('ended', '3,400 credits are locked.', 'restart_plan', ended);
  return { ...locked, actions: ['restart_plan', 'update_card', 'manage_portal'] };
}

function poolIn(plan: Plan) {
  return plan === 'locked' ? poolOf('0', { state: 'locked', locked: '3400' }) : poolOf('982');
}

function work(ground: Ground): Answers {
  const answers: Answers = {
    'GET /api/v1/sessions/ses_1': [200, session()],
    'GET /api/v1/sessions/ses_1/messages': [
      200,
      {
        data: [
          message(),
          message({ id: 'msg_2', role: 'assistant', text: 'So.', run: run({ ...began(true), state: 'succeeded' }) }),
        ],
        next_cursor: null,
      },
    ],
    'GET /api/v1/runs': ({ search }) => {
      if (search.includes('state=paused_no_credits')) return page(runs(ground));
      return page(search.includes('limit=50') ? working : runs(ground));
    },
    'GET /api/v1/tools': [200, { data: [tool()], refused: [] }],
    'GET /api/v1/tools/summarize-document': [200, tool()],
    'GET /api/v1/tools/summarize-document/inputs': [200, { data: [] }],
    'GET /api/v1/workflows': [200, { data: workflows(ground) }],
    'GET /api/v1/schedules': [200, { data: schedules(ground) }],
    'GET /api/v1/files': page([]),
    'POST /api/v1/estimates': [200, quote()],
  };
  for (const one of runs(ground)) answers[`GET /api/v1/runs/${one.id}`] = [200, one];
  for (const one of workflows(ground)) answers[`GET /api/v1/workflows/${one.id}`] = [200, one];
  for (const one of schedules(ground)) answers[`GET /api/v1/schedules/${one.id}`] = [200, one];
  return answers;
}

function page(data: unknown[]): [number, unknown] {
  return [200, { data, next_cursor: null }];
}

function usage({ may }: Ground, plan: Plan): Answers {
  const settings = { titles: true, summaries: true, follow_ups: true, when_used_up: 'wait' };
  const pool = poolIn(plan);
  return {
    'GET /api/v1/credits': [200, pool],
    'GET /api/v1/usage/summary': [
      200,
      {
        position: 10,
        period: pool.period,
        zone: 'UTC',
        credits: pool,
        used: '0',
        sources: [],
        models: [],
        members: may('billing') ? [] : null,
        days: [],
        included: { granted: '1000', used: '18', left: '982', percent_used: '1' },
        pace: null,
      },
    ],
    'GET /api/v1/usage/background': [
      200,
      {
        allowance: '20',
        used: '5',
        left: '15',
        period_ends_at: null,
        settings,
        waiting: 0,
        runs: 0,
        credits_from_pool: '0',
        can_edit: may('profile'),
      },
    ],
    'GET /api/v1/credits/grants': [200, { data: [], position: 10 }],
  };
}

/** What is asked for here is for some only. */
const gates: Record<string, string> = {
  'GET /api/v1/billing/auto-recharge': 'billing',
  'GET /api/v1/billing/activity': 'billing',
  'GET /api/v1/billing/invoices': 'billing',
  'GET /api/v1/billing/packs': 'billing',
  'GET /api/v1/billing/admins': 'grant_billing',
  'GET /api/v1/sandbox/cards': 'billing',
  'GET /api/v1/invitations': 'manage_team',
  'GET /api/v1/audit-log': 'own',
  'GET /operator/v1/settings': 'operate',
  'GET /operator/v1/model-provider': 'operate',
};

/** Everything, to this kind of person; `refused` is told what the server would not answer. */
export function answersFor(kind: Kind, plan: Plan, refused: (what: string) => void): Answers {
  const ground = groundOf(kind);
  const whole = pageOf(plan);
  const answers: Answers = {
    ...billingAnswers(ground.may('billing') ? whole : withoutAccess(whole)),
    ...work(ground),
    ...usage(ground, plan),
    'GET /api/v1/auth/me': [200, person(kind)],
    'GET /api/v1/members': [200, { data: members(kind, ground) }],
    'GET /api/v1/invitations': [200, { data: [], mail: false }],
    'GET /api/v1/audit-log': page([]),
    'GET /api/v1/auth/logins': [200, { data: [] }],
    'GET /api/v1/notification-preferences': [200, { data: [], mail: false }],
  };
  for (const [what, right] of Object.entries(gates)) {
    if (ground.may(right)) continue;
    answers[what] = () => {
      refused(what);
      return [403, refusal('forbidden_role', 'Not for you.')];
    };
  }
  return answers;
}

/** Answers of the server as the tests need them. */
import type {
  Balance,
  BrowserSession,
  BrowserStatus,
  Instance,
  Me,
  Message,
  Problem,
  Quote,
  Run,
  RunStep,
  RunSummary,
  Schedule,
  SessionDetail,
  Tool,
  Workflow,
} from '../src/api/gen';

export const instance: Instance = {
  product_name: 'Ampere',
  agent_name: 'Joule',
  version: '0.1.0',
  setup_needed: false,
  sign_up_open: false,
  sandbox_payments: true,
  mail: false,
};

export function me(change: Partial<Me> = {}): Me {
  return {
    user: { id: 'usr_1', name: 'Mia Novak', email: 'mia@example.com', operator: true },
    organization: { id: 'org_1', name: 'Northwind', zone: 'Europe/Berlin' },
    role: 'owner',
    billing_access: true,
    login_id: 'log_1',
    billing_admin: false,
    rights: [
      'start_work',
      'see_all',
      'billing',
      'grant_billing',
      'manage_team',
      'profile',
      'own',
      'operate',
    ],
    organizations: [{ id: 'org_1', name: 'Northwind', role: 'owner' }],
    ...change,
  };
}

export function balance(change: Partial<Balance> = {}): Balance {
  return {
    position: 10,
    at: '2026-11-22T09:42:00Z',
    total: '982.4315',
    available: '982.4315',
    included: '982.4315',
    purchased: '0',
    held: '0',
    locked: '0',
    frozen: '0',
    locked_next_expiry: null,
    outstanding: '0',
    display: { total: '982', included: '982', purchased: '0', available: '982', held: '0' },
    included_granted: '1000',
    included_used: '17.5685',
    period: {
      starts_at: '2026-11-14T00:00:00Z',
      ends_at: '2026-12-14T00:00:00Z',
      days_left: 22,
    },
    next_expiry: null,
    state: 'normal',
    next_refresh_at: null,
    can_add: ['Mia Novak', 'Ben Carter'],
    ...change,
  };
}

/** A pool with so many whole credits available. */
export function poolOf(credits: string, change: Partial<Balance> = {}): Balance {
  const display = { ...balance().display, available: credits, total: credits, included: credits };
  return balance({ available: credits, included: credits, total: credits, display, ...change });
}

export function run(change: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'run_1',
    kind: 'message',
    title: 'A question',
    state: 'running',
    reason: null,
    session_id: 'ses_1',
    started_by: 'Mia Novak',
    started_by_id: 'usr_1',
    created_at: '2026-11-22T09:42:00Z',
    started_at: '2026-11-22T09:42:00Z',
    ended_at: null,
    credits: '0',
    held: '60',
    estimated: false,
    model: 'Local',
    subject: null,
    subject_name: null,
    trigger: 'person',
    schedule_id: null,
    cap: null,
    has_content: true,
    ...change,
  };
}

export function session(change: Partial<SessionDetail> = {}): SessionDetail {
  return {
    id: 'ses_1',
    title: 'A question',
    created_at: '2026-11-22T09:42:00Z',
    updated_at: '2026-11-22T09:42:00Z',
    credits: '0',
    message_count: 2,
    owner: { id: 'usr_1', name: 'Mia Novak' },
    access: 'owner',
    shared: false,
    running_run_id: null,
    summary: null,
    allow_up_to: null,
    files: [],
    ...change,
  };
}

/** What a person wrote; with `role: 'assistant'` and a run, its answer. */
export function message(change: Partial<Message> = {}): Message {
  return {
    id: 'msg_1',
    role: 'user',
    text: 'Why?',
    created_at: '2026-11-22T09:42:00Z',
    run_id: change.run?.id ?? null,
    run: null,
    follow_ups: [],
    attachments: [],
    ...change,
  };
}

export function step(n: number, name: string, change: Partial<RunStep> = {}): RunStep {
  return {
    n,
    name,
    part: 0,
    part_name: null,
    kind: 'prompt',
    state: 'succeeded',
    attempt: 1,
    model: 'Local',
    started_at: '2026-11-22T09:42:00Z',
    ended_at: '2026-11-22T09:42:04Z',
    input_tokens: 900,
    output_tokens: 120,
    credits: '3',
    estimated: false,
    note: null,
    result: null,
    seconds: 0,
    input: null,
    ...change,
  };
}

/** A run of the tool below, at work on its first step. */
export function toolRun(change: Partial<Run> = {}): Run {
  return {
    ...run({
      kind: 'tool',
      title: 'Summarize a document',
      subject: 'summarize-document',
      subject_name: 'Summarize a document',
      session_id: null,
    }),
    quote: { low: '8', typical: '12', high: '20', hold: '60', basis: 'history' },
    steps: [step(1, 'Read the document', { state: 'running', ended_at: null, credits: '0' })],
    inputs: { document: 'file_1', length: 'short' },
    definition: { step_names: ['Read the document', 'Summarize'], version: null },
    result: null,
    queue: null,
    browser: null,
    question: null,
    can_stop: true,
    can_resume: false,
    ...change,
  };
}

export function tool(change: Partial<Tool> = {}): Tool {
  return {
    id: 'summarize-document',
    name: 'Summarize a document',
    purpose: 'The main points of a text, as short as you want.',
    category: 'research',
    schedulable: true,
    steps: 2,
    usual: { low: '8', typical: '12', high: '20', hold: '60', basis: 'history' },
    last_used_at: null,
    inputs: {
      type: 'object',
      required: ['topic'],
      properties: {
        topic: { type: 'string', title: 'Topic', description: 'What it is about.' },
        length: { type: 'string', title: 'Length', enum: ['short', 'very_long'], default: 'short' },
        points: { type: 'integer', title: 'Points', minimum: 1, maximum: 9, 'x-advanced': true },
      },
    },
    step_names: ['Read the document', 'Summarize'],
    result_kind: 'markdown',
    limits: { seconds: 600, each: 12 },
    ...change,
  };
}

export function quote(change: Partial<Quote> = {}): Quote {
  return {
    low: '9',
    typical: '12',
    high: '21',
    hold: '62',
    basis: 'history',
    basis_text: 'From the last 50 runs of this tool.',
    rate_card_version: 1,
    position: 10,
    available: '982',
    ...change,
  };
}

export function shortage(change: Partial<Problem> = {}): Problem {
  return {
    type: 'https://ampere.example/help/problems/insufficient-credits',
    title: 'Not enough credits',
    status: 402,
    code: 'insufficient_credits',
    detail: 'This run needs a hold of 60 credits; 12 are available.',
    instance: '/api/v1/sessions/ses_1/messages',
    docs_url: 'https://ampere.example/help/problems/insufficient-credits',
    request_id: 'req_1',
    retryable: false,
    required: '60',
    available: '12',
    held: '0',
    locked: '0',
    shortfall: '48',
    position: 10,
    state: 'paused',
    resolutions: [],
    ...change,
  };
}

/** Asks for a topic and a file; reads, then asks, and goes on only if the answer is long. */
export function workflow(change: Partial<Workflow> = {}): Workflow {
  return {
    id: 'wf_1',
    name: 'Weekly digest',
    version: 3,
    steps: 3,
    owner: 'Mia Novak',
    owner_id: 'usr_1',
    updated_at: '2026-11-22T09:00:00Z',
    last_run: null,
    usual: null,
    can_edit: true,
    definition: {
      inputs: [
        { name: 'topic', label: 'Topic', kind: 'text', required: true },
        { name: 'paper', label: 'Paper', kind: 'file', required: false },
      ],
      steps: [
        {
          id: 's1',
          name: 'Summarize',
          kind: 'tool',
          tool: 'summarize-document',
          inputs: { topic: { from: 'inputs.topic' } },
        },
        {
          id: 's2',
          name: 'Ask Joule',
          kind: 'prompt',
          prompt: 'What is new?',
          inputs: { summarize: { from: 's1.result' } },
        },
        {
          id: 's3',
          name: 'Only if new',
          kind: 'condition',
          left: { from: 's2.result' },
          test: 'contains',
          right: { value: 'new' },
        },
      ],
    },
    ...change,
  };
}

export function schedule(change: Partial<Schedule> = {}): Schedule {
  return {
    id: 'sch_1',
    name: 'Monday summary',
    kind: 'tool',
    subject: 'summarize-document',
    subject_name: 'Summarize a document',
    inputs: { topic: 'Sales' },
    rule: { every: 'weekly', weekdays: ['monday'], at: '09:00' },
    rule_text: 'Every Monday at 09:00, Europe/Berlin',
    zone: 'Europe/Berlin',
    max_runs: null,
    runs: 2,
    max_credits: null,
    failure_limit: 5,
    failures: 0,
    state: 'active',
    note: null,
    next_at: '2026-11-23T08:00:00Z',
    next_runs: [{ at: '2026-11-23T08:00:00Z', text: 'Mon 23 Nov 2026, 09:00' }],
    last_run: null,
    usual: { low: '8', typical: '12', high: '20', hold: '60', basis: 'history' },
    projected_month: '52',
    dst_note: null,
    needed: '60',
    owner: 'Mia Novak',
    owner_id: 'usr_1',
    can_edit: true,
    created_at: '2026-11-01T09:00:00Z',
    updated_at: '2026-11-16T08:00:00Z',
    ...change,
  };
}

export function browserStatus(change: Partial<BrowserStatus> = {}): BrowserStatus {
  return {
    ready: true,
    detail: null,
    credits_per_minute: '3',
    minutes_default: 15,
    minutes_most: 60,
    idle_seconds: 180,
    pause_seconds: 300,
    ...change,
  };
}

export function browserSession(change: Partial<BrowserSession> = {}): BrowserSession {
  return {
    state: 'running',
    url: 'https://example.com/prices',
    title: 'Prices',
    controlled_by: null,
    seconds: 60,
    credits: '3.5',
    paused_until: null,
    ends_at: '2026-11-22T09:57:00Z',
    may_control: true,
    task: 'Find the price of a loaf.',
    start_url: 'https://example.com/',
    ...change,
  };
}

/** A browser session that is at work. */
export function browserRun(browser: Partial<BrowserSession> = {}, change: Partial<Run> = {}): Run {
  return {
    ...toolRun({ kind: 'browser', title: 'Find the price', subject: null, subject_name: null }),
    inputs: null,
    definition: null,
    steps: [
      step(1, 'Browser', { kind: 'time', state: 'running', ended_at: null, seconds: 60 }),
      step(2, 'Think', { kind: 'prompt' }),
      step(3, 'Clicked “Prices”', { kind: 'browse', note: 'To see the prices' }),
    ],
    browser: browserSession(browser),
    ...change,
  };
}

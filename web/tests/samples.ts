/** Answers of the server as the tests need them. */
import type { Balance, Instance, Me, Problem, RunSummary } from '../src/api/gen';

export const instance: Instance = {
  product_name: 'Ampere',
  agent_name: 'Joule',
  version: '0.1.0',
  setup_needed: false,
  sign_up_open: false,
  sandbox_payments: true,
};

export function me(change: Partial<Me> = {}): Me {
  return {
    user: { id: 'usr_1', name: 'Mia Novak', email: 'mia@example.com', operator: true },
    organization: { id: 'org_1', name: 'Northwind', zone: 'Europe/Berlin' },
    role: 'owner',
    billing_access: true,
    login_id: 'log_1',
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

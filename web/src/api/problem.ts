/**
 * What went wrong, as the server says it (application/problem+json), or that the
 * server could not be reached. Everything that fails on a screen is one of these.
 */
import type { Problem } from './gen';

export class ApiProblem extends Error {
  readonly status: number;
  readonly problem: Problem | null;

  constructor(status: number, problem: Problem | null) {
    super(problem?.detail ?? problem?.title ?? 'The server could not be reached.');
    this.name = 'ApiProblem';
    this.status = status;
    this.problem = problem;
  }

  get code(): string {
    return this.problem?.code ?? (this.status === 0 ? 'unreachable' : 'unknown');
  }

  get requestId(): string | null {
    return this.problem?.request_id ?? null;
  }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response?: Response;
}

/** Waits for an answer of the generated client; a failure becomes an `ApiProblem`. */
export async function call<T>(request: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await request;
  if (response?.ok && data !== undefined && data !== null) return data;
  throw new ApiProblem(response?.status ?? 0, isProblem(error) ? error : null);
}

/** What the server calls a pool that gives no credits: empty, or locked with its plan ended. */
const shortages: readonly string[] = ['insufficient_credits', 'credits_locked'];

/** The 402 of an empty or locked pool, or null for every other failure. */
export function outOfCredits(error: unknown): Problem | null {
  if (!(error instanceof ApiProblem) || error.status !== 402) return null;
  return error.problem && shortages.includes(error.problem.code) ? error.problem : null;
}

/**
 * The server's field errors by form field. A pointer `/email` or `#/email` names
 * the field `email`; an error without a known field is left for the form's head.
 */
export function fieldErrors(error: unknown, fields: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  if (!(error instanceof ApiProblem)) return found;
  for (const { pointer, detail } of error.problem?.errors ?? []) {
    const field = pointer.replace(/^#?\//, '').split('/')[0] ?? '';
    if (fields.includes(field) && !(field in found)) found[field] = detail;
  }
  return found;
}

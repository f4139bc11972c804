/** Who may enter which part: set-up first, then log-in, then everything else. */
import type { QueryClient } from '@tanstack/react-query';
import { redirect } from '@tanstack/react-router';
import { ApiProblem } from '../api/problem';
import { instanceQuery, meQuery } from '../api/queries';

export async function guardApp(queries: QueryClient, href: string): Promise<void> {
  const instance = await queries.ensureQueryData(instanceQuery);
  if (instance.setup_needed) throw redirect({ to: '/setup' });
  try {
    await queries.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
    throw redirect({ to: '/login', search: href === '/' ? {} : { return: href } });
  }
}

export async function guardSetup(queries: QueryClient): Promise<void> {
  const instance = await queries.ensureQueryData(instanceQuery);
  if (!instance.setup_needed) throw redirect({ to: '/' });
}

export async function guardSignUp(queries: QueryClient): Promise<void> {
  const instance = await queries.ensureQueryData(instanceQuery);
  if (!instance.sign_up_open) throw redirect({ to: '/login', search: {} });
}

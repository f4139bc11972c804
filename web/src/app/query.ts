/** The cache of server answers, and the one place that reacts to “not logged in”. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../api/problem';

const MAX_TRIES = 2;

export function makeQueryClient(onLoggedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      // “Who am I?” asked for the first time is answered by the route that asked.
      onError: (error, { queryKey, state }) => {
        const first = queryKey[0] === 'me' && state.data === undefined;
        if (loggedOut(error) && !first) onLoggedOut();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (loggedOut(error)) onLoggedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < MAX_TRIES && mayRetry(error),
      },
      mutations: { retry: false },
    },
  });
}

function loggedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

// A refusal stays a refusal; only a server that could not be reached or broke is asked again.
function mayRetry(error: unknown): boolean {
  return error instanceof ApiProblem && (error.status === 0 || error.status >= 500);
}

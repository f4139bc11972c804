/** The whole app at one address, against canned answers of the server. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { vi } from 'vitest';
import { makeQueryClient } from '../src/app/query';
import { makeRouter } from '../src/app/router';
import { theme, variables } from '../src/app/theme';
import { members } from './member-samples';
import { balance, instance, me } from './samples';

export interface Asked {
  method: string;
  path: string;
  search: string;
  key: string | null;
  body: unknown;
}

type Answer = [status: number, body: unknown] | ((asked: Asked) => [number, unknown]);

const page = { data: [], next_cursor: null };

const usual: Record<string, Answer> = {
  'GET /api/v1/instance': [200, instance],
  'GET /api/v1/auth/me': () => [200, me()],
  'GET /api/v1/credits': () => [200, balance()],
  'GET /api/v1/runs': [200, page],
  'GET /api/v1/sessions': [200, page],
  'GET /api/v1/models': [200, { data: [] }],
  'GET /api/v1/members': [200, { data: members }],
  'GET /api/v1/schedules': [200, { data: [] }],
  'GET /api/v1/notifications': [200, { ...page, unread: 0 }],
};

/** Answers requests from the table and remembers them; an unknown one is a 404. */
export function serve(answers: Record<string, Answer>): Asked[] {
  const all: Asked[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname: path, search } = new URL(request.url);
    const text = request.method === 'GET' ? '' : await request.text();
    const asked: Asked = {
      method: request.method,
      path,
      search,
      key: request.headers.get('Idempotency-Key'),
      body: text === '' ? undefined : JSON.parse(text),
    };
    all.push(asked);
    const answer = answers[`${asked.method} ${path}`] ?? usual[`${asked.method} ${path}`];
    const missing = { title: 'Not found', status: 404, code: 'not_found' };
    const [status, body] = answer === undefined ? [404, missing] : settle(answer, asked);
    return new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' },
    });
  });
  return all;
}

function settle(answer: Answer, asked: Asked): [number, unknown] {
  return typeof answer === 'function' ? answer(asked) : answer;
}

export function Providers({ children }: { children: React.ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} env="test">
      {children}
    </MantineProvider>
  );
}

export function renderAt(address: string) {
  const queries = makeQueryClient(() => undefined);
  queries.setDefaultOptions({ queries: { retry: false } });
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = makeRouter(queries);
  router.update({ ...router.options, history, defaultPendingMinMs: 0 });
  const view = render(
    <Providers>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </Providers>,
  );
  return { ...view, router, queries };
}

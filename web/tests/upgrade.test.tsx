import { render, screen, waitFor } from '@testing-library/react';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { afterEach, expect, test, vi } from 'vitest';
import { RouteFailure } from '../src/app/RouteFailure';
import { Providers } from './app';

const gone = 'Failed to fetch dynamically imported module: http://localhost/assets/Markdown-1a2b.js';

function fail(error: Error) {
  const root = createRootRoute({
    component: () => {
      throw error;
    },
    errorComponent: RouteFailure,
  });
  const history = createMemoryHistory({ initialEntries: ['/'] });
  const router = createRouter({ routeTree: root, history });
  const view = render(
    <Providers>
      <RouterProvider router={router} />
    </Providers>,
  );
  return view;
}

afterEach(() => vi.restoreAllMocks());

function watch(status: number | null) {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const asked = vi.fn<() => Promise<Response>>(async () => {
    if (status === null) throw new TypeError('no server');
    return new Response('ok', { status });
  });
  vi.stubGlobal('fetch', asked);
  return { asked, reload: vi.spyOn(window.location, 'reload').mockImplementation(() => undefined) };
}

test.each([
  new TypeError(gone),
  new Error('Unable to preload CSS for /assets/UsageScreen-3c4d.css'),
])('a page whose part is gone after an upgrade loads itself again, once: %s', async (error) => {
  const { reload } = watch(200);
  const first = fail(error);
  await waitFor(() => expect(reload).toHaveBeenCalledTimes(1));
  first.unmount();
  fail(error);
  await screen.findByText('This page could not be opened.');
  expect(reload).toHaveBeenCalledTimes(1);
});

test('while no server answers, the page stays and says what happened', async () => {
  const { asked, reload } = watch(null);
  fail(new TypeError(gone));
  await waitFor(() => expect(asked).toHaveBeenCalled());
  await screen.findByText('This page could not be opened.');
  expect(reload).not.toHaveBeenCalled();
});

test('any other fault is no reason to load again', async () => {
  const { asked, reload } = watch(200);
  fail(new Error('a fault'));
  await screen.findByText('This page could not be opened.');
  expect(asked).not.toHaveBeenCalled();
  expect(reload).not.toHaveBeenCalled();
});

import './app/styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { shareNonce, styleNonce } from './app/csp';
import { makeQueryClient } from './app/query';
import { makeRouter } from './app/router';
import { theme, variables } from './app/theme';
import { balanceStore } from './credits/balance-store';

shareNonce();

const outside = ['/login', '/setup', '/join', '/sign-up'];

const queries = makeQueryClient(() => {
  const { pathname, href } = router.state.location;
  if (outside.includes(pathname)) return;
  balanceStore.clear();
  // What is on screen still knows who looks at it until it has gone.
  void router
    .navigate({ to: '/login', search: href === '/' ? {} : { return: href } })
    .then(() => queries.removeQueries({ queryKey: ['me'] }));
});

const router = makeRouter(queries);

const element = document.getElementById('root');
if (element) {
  createRoot(element).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

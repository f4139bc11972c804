import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { type Asked, renderAt, serve } from './app';
import { browserRun, browserStatus, poolOf, quote, shortage } from './samples';

const refused = (status: number, code: string, more: object = {}) => ({
  ...shortage({ code: 'validation_failed', status, title: 'Refused' }),
  code,
  ...more,
});

function serveStart(more: Parameters<typeof serve>[0] = {}): Asked[] {
  return serve({
    'GET /api/v1/browser': [200, browserStatus()],
    'POST /api/v1/estimates': [200, quote({ low: '3', high: '45', hold: '2', basis: 'rate_card' })],
    'POST /api/v1/runs': [202, browserRun({ state: 'starting' })],
    'GET /api/v1/runs/run_1': [200, browserRun({ state: 'starting' })],
    ...more,
  });
}

const task = () => screen.findByRole('textbox', { name: 'Task' });
const address = () => screen.getByRole('textbox', { name: 'Start address' });
const minutes = () => screen.getByRole('textbox', { name: 'Minutes' });
const button = () => screen.getByTestId('run-button');
const posts = (asked: Asked[], path: string) =>
  asked.filter((one) => one.method === 'POST' && one.path === path);

test('a session starts once with what was written, after its price was shown', async () => {
  const asked = serveStart();
  const { router } = renderAt('/browser');
  await userEvent.type(await task(), 'Find the price of a loaf.');
  await userEvent.type(address(), 'example.com');
  await userEvent.type(minutes(), '5');
  await waitFor(() =>
    expect(screen.getByTestId('estimate').textContent).toBe(
      '3–45 credits by the rate card · hold 2 at first',
    ),
  );
  const browser = { task: 'Find the price of a loaf.', url: 'https://example.com', minutes: 5 };
  await waitFor(() =>
    expect(posts(asked, '/api/v1/estimates').at(-1)?.body).toEqual({ kind: 'browser', browser }),
  );
  expect(button().textContent).toBe('Start the session');
  await userEvent.dblClick(button());
  await waitFor(() => expect(router.state.location.pathname).toBe('/runs/run_1'));
  const starts = posts(asked, '/api/v1/runs');
  expect(starts.map(({ body }) => body)).toEqual([{ browser }]);
  expect(starts[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(screen.getByTestId('live-region').textContent).toBe('The session is starting.');
});

test('without a task and an address there is nothing to start', async () => {
  const asked = serveStart();
  renderAt('/browser');
  await task();
  await userEvent.click(button());
  expect(await screen.findByText('Say what is to be done, or where to begin.')).toBeTruthy();
  expect(document.activeElement).toBe(await task());
  await userEvent.type(address(), 'not an address');
  await userEvent.type(minutes(), '61');
  await userEvent.click(button());
  expect(await screen.findByText('A web address that begins with https:// or http://.')).toBeTruthy();
  expect(screen.getByText('A whole number from 1 to 60.')).toBeTruthy();
  expect(document.activeElement).toBe(address());
  expect(posts(asked, '/api/v1/runs')).toHaveLength(0);
  expect(screen.getByTestId('estimate').textContent).toContain('3 credits per minute');
});

test('an address alone is enough: the person drives', async () => {
  const asked = serveStart();
  renderAt('/browser');
  await task();
  await userEvent.type(address(), 'http://127.0.0.1:8080/{Control>}{Enter}{/Control}');
  await waitFor(() => expect(posts(asked, '/api/v1/runs')).toHaveLength(1));
  expect(posts(asked, '/api/v1/runs')[0]?.body).toEqual({
    browser: { url: 'http://127.0.0.1:8080/' },
  });
});

test('the server’s sentence stands at its field, also in the folded part', async () => {
  const errors = [{ pointer: '/max_credits', code: 'wrong', detail: 'Below the first hold.' }];
  const asked = serveStart({
    'POST /api/v1/runs': [422, refused(422, 'validation_failed', { errors })],
  });
  renderAt('/browser');
  await userEvent.type(await task(), 'x');
  await userEvent.click(screen.getByText('Advanced'));
  await userEvent.type(screen.getByRole('textbox', { name: 'Stop at' }), '0.1');
  await userEvent.click(button());
  expect(await screen.findByText('Below the first hold.')).toBeTruthy();
  expect(posts(asked, '/api/v1/runs')[0]?.body).toMatchObject({ max_credits: '0.1' });
  expect(screen.queryByText(/was not started/)).toBeNull();
});

test('short of credits: what is missing is said in place of the estimate, and nothing waits', async () => {
  const asked = serveStart({
    'POST /api/v1/runs': [402, shortage()],
    'GET /api/v1/credits': [200, poolOf('12')],
  });
  renderAt('/browser');
  await userEvent.type(await task(), 'x');
  await userEvent.click(button());
  const box = within(await screen.findByTestId('out-of-credits'));
  expect(box.getByText('This needs a hold of 60 credits; 12 are available.')).toBeTruthy();
  expect(button().textContent).toBe('Start the session');
  expect(button().getAttribute('aria-disabled')).toBe('true');
  await userEvent.click(button());
  expect(posts(asked, '/api/v1/runs')).toHaveLength(1);
  expect(((await task()) as HTMLTextAreaElement).value).toBe('x');
});

test('a large session is asked about', async () => {
  const asked = serveStart({ 'GET /api/v1/credits': [200, poolOf('80')] });
  renderAt('/browser');
  await userEvent.type(await task(), 'x');
  await screen.findByText(/by the rate card/);
  await userEvent.click(button());
  const dialog = await screen.findByRole('dialog', { name: 'A large run' });
  expect(dialog.textContent).toContain('up to 45 of your 80 available credits');
  expect(posts(asked, '/api/v1/runs')).toHaveLength(0);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Run' }));
  await waitFor(() => expect(posts(asked, '/api/v1/runs')).toHaveLength(1));
});

test('where no browser can be opened it says why and what to do', async () => {
  const detail = 'Chromium is not on this computer; the operator can install it.';
  const asked = serveStart({ 'GET /api/v1/browser': [200, browserStatus({ ready: false, detail })] });
  renderAt('/browser');
  expect((await screen.findByTestId('browser-not-ready')).textContent).toContain(detail);
  await userEvent.type(await task(), 'x');
  await userEvent.click(button());
  expect(button().getAttribute('aria-disabled')).toBe('true');
  expect(posts(asked, '/api/v1/runs')).toHaveLength(0);
});

test('when all browsers are in use it says so, and keeps what was written', async () => {
  serveStart({ 'POST /api/v1/runs': [429, refused(429, 'browser_busy')] });
  renderAt('/browser');
  await userEvent.type(await task(), 'x');
  await userEvent.click(button());
  expect((await screen.findByRole('alert')).textContent).toContain('All browsers are in use.');
  expect(screen.getByRole('link', { name: 'Show the sessions' })).toBeTruthy();
  expect(((await task()) as HTMLTextAreaElement).value).toBe('x');
});

test('Home, AI Tools and Ctrl K lead to it; the sidebar does not', async () => {
  serveStart({ 'GET /api/v1/tools': [200, { data: [], refused: [] }] });
  const { router } = renderAt('/');
  const card = await screen.findByRole('link', { name: /^Browser session/ });
  const menu = screen.getByRole('navigation', { name: 'Main' });
  expect(within(menu).queryByText('Browser session')).toBeNull();
  await userEvent.click(card);
  await task();
  await router.navigate({ to: '/tools' });
  await screen.findByRole('link', { name: 'Start a browser session' });
  await userEvent.keyboard('{Control>}k{/Control}');
  await userEvent.type(await screen.findByRole('combobox', { name: 'Screen or session' }), 'browser{Enter}');
  await waitFor(() => expect(router.state.location.pathname).toBe('/browser'));
});

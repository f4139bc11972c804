import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { BrowserSession, Run } from '../src/api/gen';
import { type Asked, renderAt, serve } from './app';
import { browserRun, browserStatus, step } from './samples';
import { FakeEventSource } from './setup';

const mia = { id: 'usr_1', name: 'Mia Novak' };
const ben = { id: 'usr_2', name: 'Ben Carter' };
const standing = { state: 'running', reason: null, ahead: null, held: '60', step: 3, revision: 1 };

let now: Run = browserRun();
let tokens = 0;

afterEach(() => vi.useRealTimers());

function serveRun(run: Run, more: Parameters<typeof serve>[0] = {}): Asked[] {
  now = run;
  tokens = 0;
  const change = (session: Partial<BrowserSession>): [number, unknown] => {
    now = browserRun({ ...now.browser, ...session });
    return [200, now.browser];
  };
  return serve({
    'GET /api/v1/browser': [200, browserStatus()],
    'GET /api/v1/runs/run_1': () => [200, now],
    'POST /api/v1/runs/run_1/browser/viewer-token': () => {
      tokens += 1;
      return [200, { token: `t${tokens}`, expires_at: '2026-11-22T09:43:00Z' }];
    },
    'POST /api/v1/runs/run_1/browser/control': () => change({ state: 'controlled', controlled_by: mia }),
    'POST /api/v1/runs/run_1/browser/release': () => change({ state: 'running', controlled_by: null }),
    'POST /api/v1/runs/run_1/browser/pause': () =>
      change({ state: 'paused', paused_until: '2026-11-22T09:50:00Z' }),
    'POST /api/v1/runs/run_1/browser/continue': () => change({ state: 'running', paused_until: null }),
    'POST /api/v1/runs/run_1/browser/input': [200, { url: 'https://example.com/next', title: 'Next', notes: [] }],
    'POST /api/v1/runs/run_1/cancel': () => [202, now],
    ...more,
  });
}

// The test's browser has no place in its turns of the wheel.
function turn(by: { deltaY: number }): Event {
  const init = { bubbles: true, cancelable: true, clientX: 100, clientY: 50 };
  return Object.assign(new MouseEvent('wheel', init), { deltaX: 0, deltaMode: 0, ...by });
}

const picture = () => screen.findByTestId('live-picture');
const button = (name: string) => screen.findByRole('button', { name });
const said = () => screen.getByTestId('live-region').textContent;
const pad = () => screen.getByRole('textbox', { name: /^The page: what you type/ });
const inputs = (asked: Asked[]) =>
  asked
    .filter(({ path }) => path.endsWith('/browser/input'))
    .flatMap(({ body }) => (body as { events: unknown[] }).events);
const sent = (asked: Asked[], what: string) =>
  asked.filter(({ method, path }) => method === 'POST' && path.endsWith(`/browser/${what}`)).length;
const still = (number: number, action: string) => ({
  number,
  at: `2026-11-22T09:42:0${number}Z`,
  url: 'https://example.com/',
  title: `Page ${number}`,
  action,
});

test('while it starts nothing is charged and there is no picture; then it appears', async () => {
  serveRun(browserRun({ state: 'starting', url: '', title: '', seconds: 0, credits: '0' }));
  renderAt('/runs/run_1');
  expect(await screen.findByText('The browser is starting. Nothing is charged yet.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Take control' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
  expect(tokens).toBe(0);
  now = browserRun();
  act(() =>
    FakeEventSource.at('/runs/run_1/events').send('state', { ...standing, used: '0', seconds: 0 }),
  );
  const image = await picture();
  expect(image.getAttribute('src')).toBe('/api/v1/runs/run_1/browser/live?token=t1');
  expect(image.getAttribute('alt')).toBe('The page as it is now: Prices');
  expect(said()).toBe('Joule is in control. You are watching.');
});

test('the address, the price and the time are shown, and count up as they are told', async () => {
  serveRun(browserRun({}, { cap: '60' }));
  renderAt('/runs/run_1');
  expect((await screen.findByTestId('browser-address')).textContent).toContain('https://example.com/prices');
  const count = screen.getByTestId('browser-count');
  await waitFor(() =>
    expect(count.textContent).toMatch(/^Open for 1:003 credits per minute · 3.5 so far · cap 60/),
  );
  const stream = FakeEventSource.at('/runs/run_1/events');
  act(() => stream.send('state', { ...standing, used: '12.25', seconds: 245 }));
  expect(count.textContent).toContain('Open for 4:05');
  expect(count.textContent).toContain('12.25 so far');
  // Drawn again, it is the same picture.
  expect((await picture()).getAttribute('src')).toContain('token=t1');
  // An older reading does not count back.
  act(() => stream.send('state', { ...standing, used: '0', seconds: 0 }));
  expect(count.textContent).toContain('3.5 so far');
});

test('the log grows and is a list of words; only who drives is said aloud', async () => {
  serveRun(browserRun());
  renderAt('/runs/run_1');
  await picture();
  const log = screen.getByRole('region', { name: 'What was done, to scroll' });
  expect(within(log).getAllByRole('listitem').map(({ textContent: text }) => text)).toEqual([
    '10:42:00Clicked “Prices”To see the prices',
  ]);
  const before = said();
  const failed = { kind: 'browse', state: 'failed', note: 'Not done: the page is gone.' } as const;
  now = browserRun({}, { steps: [...now.steps, step(4, 'Went back', failed)] });
  act(() =>
    FakeEventSource.at('/runs/run_1/events').send('state', { ...standing, revision: 2, used: '1', seconds: 1 }),
  );
  expect(await within(log).findByText('Not done: the page is gone.')).toBeTruthy();
  expect(said()).toBe(before);
});

test('a picture that does not open is asked for again, ever more slowly', async () => {
  serveRun(browserRun());
  renderAt('/runs/run_1');
  const first = await picture();
  vi.useFakeTimers();
  fireEvent.error(first);
  expect(screen.getByText(/The picture does not come through/)).toBeTruthy();
  await act(() => vi.advanceTimersByTimeAsync(999));
  expect(tokens).toBe(1);
  await act(() => vi.advanceTimersByTimeAsync(1));
  expect(tokens).toBe(2);
  const second = screen.getByTestId('live-picture');
  expect(second.getAttribute('src')).toContain('token=t2');
  fireEvent.error(second);
  await act(() => vi.advanceTimersByTimeAsync(1_999));
  expect(tokens).toBe(2);
  await act(() => vi.advanceTimersByTimeAsync(1));
  expect(tokens).toBe(3);
});

test('a picture is opened anew when the run’s own stream comes back, and gives its stream up', async () => {
  serveRun(browserRun());
  const { unmount } = renderAt('/runs/run_1');
  const first = await picture();
  const stream = FakeEventSource.at('/runs/run_1/events');
  act(() => stream.dispatchEvent(new Event('open')));
  expect(tokens).toBe(1);
  act(() => stream.dispatchEvent(new Event('open')));
  await waitFor(() => expect(tokens).toBe(2));
  expect(first.hasAttribute('src')).toBe(false);
  const second = await picture();
  unmount();
  expect(second.hasAttribute('src')).toBe(false);
});

test('a picture that is not to be had any more is not asked for again', async () => {
  const over = { title: 'Over', status: 409, code: 'conflict' };
  const asked = serveRun(browserRun(), {
    'POST /api/v1/runs/run_1/browser/viewer-token': [409, over],
  });
  renderAt('/runs/run_1');
  await waitFor(() => expect(asked.filter(({ path }) => path === '/api/v1/runs/run_1')).toHaveLength(2));
  expect(sent(asked, 'viewer-token')).toBe(1);
  expect(screen.getByText('Waiting for the picture…')).toBeTruthy();
});

test('taking control leads to the page; clicks, text and keys go there in order', async () => {
  const asked = serveRun(browserRun());
  renderAt('/runs/run_1');
  await picture();
  await userEvent.click(await button('Take control'));
  await waitFor(() => expect(document.activeElement).toBe(pad()));
  expect(screen.getByTestId('in-control').textContent).toContain('You are in control.');
  expect(screen.getByTestId('browser-stage').dataset['mine']).toBe('true');
  pad().getBoundingClientRect = () => ({ left: 0, top: 0, width: 512, height: 320 }) as DOMRect;
  fireEvent.click(pad(), { clientX: 100, clientY: 50 });
  await userEvent.keyboard('Rye{Backspace}{Tab}{Enter}');
  fireEvent.paste(pad(), { clipboardData: { getData: () => 'two\nlines' } });
  fireEvent(pad(), turn({ deltaY: 120 }));
  await waitFor(() => expect(inputs(asked)).toContainEqual({ kind: 'scroll', x: 200, y: 100, dx: 0, dy: 120 }));
  const text = inputs(asked).map((event) => {
    const { kind, text: letters, key } = event as Record<string, string>;
    return letters ?? key ?? kind;
  });
  expect(text.join(' ').replaceAll(/(?<=[Ry]) (?=[ye])/g, '')).toBe(
    'click Rye Backspace Tab Enter two\nlines scroll',
  );
  expect(document.activeElement).toBe(pad());
  expect((pad() as HTMLTextAreaElement).value).toBe('');
  expect(screen.getByRole('textbox', { name: 'Address' })).toHaveProperty('value', 'https://example.com/next');
});

test('Ctrl Alt Esc gives control back from anywhere, Esc alone goes to the page', async () => {
  const asked = serveRun(browserRun({ state: 'controlled', controlled_by: mia }));
  renderAt('/runs/run_1');
  await picture();
  await userEvent.click(pad());
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(inputs(asked)).toContainEqual({ kind: 'key', key: 'Escape' }));
  expect(sent(asked, 'release')).toBe(0);
  fireEvent.keyDown(pad(), { key: 'Escape', ctrlKey: true, altKey: true });
  await waitFor(() => expect(screen.queryByTestId('in-control')).toBeNull());
  expect(sent(asked, 'release')).toBe(1);
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Take control' })),
  );
  expect(said()).toBe('Joule is in control. You are watching.');
});

test('in control, the address leads elsewhere and back; what is none is said', async () => {
  const pages = ['https://example.org/a', 'https://example.com/prices'];
  const asked = serveRun(browserRun({ state: 'controlled', controlled_by: mia }), {
    'POST /api/v1/runs/run_1/browser/input': () => [200, { url: pages.shift(), title: '', notes: [] }],
  });
  renderAt('/runs/run_1');
  const field = await screen.findByRole('textbox', { name: 'Address' });
  await userEvent.clear(field);
  await userEvent.type(field, 'no address{Enter}');
  expect(await screen.findByText('This is not a web address.')).toBeTruthy();
  await userEvent.clear(field);
  await userEvent.type(field, 'example.org/a{Enter}');
  await waitFor(() => expect(field).toHaveProperty('value', 'https://example.org/a'));
  await userEvent.click(screen.getByRole('button', { name: 'Go back to the page before' }));
  await waitFor(() =>
    expect(inputs(asked)).toEqual([{ kind: 'navigate', url: 'https://example.org/a' }, { kind: 'back' }]),
  );
  // What was typed on that page before is not there again.
  await waitFor(() => expect(field).toHaveProperty('value', 'https://example.com/prices'));
});

test('what did not reach the page is said, and what the browser has to say too', async () => {
  const lost = { title: 'Not in control', status: 409, code: 'conflict', detail: 'Take control first.' };
  const notes = ['A download was kept out.'];
  let fails = true;
  serveRun(browserRun({ state: 'controlled', controlled_by: mia }), {
    'POST /api/v1/runs/run_1/browser/input': () =>
      fails ? [409, lost] : [200, { url: 'https://example.com/', title: 'Files', notes }],
  });
  renderAt('/runs/run_1');
  await picture();
  fireEvent.click(pad(), { clientX: 1, clientY: 1 });
  expect(await screen.findByText('What you did last did not reach the page.')).toBeTruthy();
  fails = false;
  fireEvent.click(pad(), { clientX: 1, clientY: 1 });
  await waitFor(() => expect(screen.getAllByText('A download was kept out.')).toHaveLength(2));
  expect(said()).toBe('A download was kept out.');
  expect(screen.queryByText('What you did last did not reach the page.')).toBeNull();
});

test('a pause says that it is not charged and when it ends, and Continue goes on', async () => {
  serveRun(browserRun());
  renderAt('/runs/run_1');
  await userEvent.click(await button('Pause'));
  expect(await screen.findByText(/^Paused\. Nothing is charged.*ends by itself at 10:50\./)).toBeTruthy();
  expect(screen.getByTestId('browser-count').textContent).toContain('not charged now');
  expect(said()).toContain('Paused.');
  await userEvent.click(await button('Continue'));
  expect(await button('Pause')).toBeTruthy();
});

test('whoever may not drive sees who may; nobody takes it from another’s hands', async () => {
  const bens = { can_stop: false, started_by: 'Ben Carter', started_by_id: 'usr_2' };
  serveRun(browserRun({ may_control: false }, bens));
  const first = renderAt('/runs/run_1');
  const whom = 'Mia Novak or Ben Carter can take control. You are watching.';
  expect(await screen.findByText(whom)).toBeTruthy();
  for (const name of ['Take control', 'Pause', 'Stop']) {
    expect(screen.queryByRole('button', { name })).toBeNull();
  }
  first.unmount();
  serveRun(browserRun({ state: 'controlled', controlled_by: ben }));
  renderAt('/runs/run_1');
  expect(await screen.findByText('Ben Carter is in control. You are watching.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Take control' })).toBeNull();
  expect(screen.queryByTestId('in-control')).toBeNull();
});

test('a refusal is told and what stands there is read again', async () => {
  const taken = { title: 'Taken', status: 409, code: 'conflict', detail: 'Ben was faster.' };
  serveRun(browserRun(), {
    'POST /api/v1/runs/run_1/browser/control': () => {
      now = browserRun({ state: 'controlled', controlled_by: ben });
      return [409, taken];
    },
  });
  renderAt('/runs/run_1');
  await userEvent.click(await button('Take control'));
  expect(await screen.findByText('Ben was faster.')).toBeTruthy();
  await waitFor(() =>
    expect(screen.getByTestId('browser-standing').textContent).toBe(
      'Ben Carter is in control. You are watching.',
    ),
  );
});

test('when it has ended its pictures are walked through, its answer is read, its end is said', async () => {
  const stills = [still(1, 'Opened example.com'), still(2, 'Clicked “Prices”'), still(3, 'Went back')];
  serveRun(browserRun(), { 'GET /api/v1/runs/run_1/browser/stills': [200, { data: stills }] });
  renderAt('/runs/run_1');
  await picture();
  const news = { ...standing, used: '14', seconds: 245 };
  now = browserRun({ state: 'finished' });
  act(() => FakeEventSource.at('/runs/run_1/events').send('state', { ...news, revision: 8 }));
  await screen.findByText('The session has ended.');
  now = browserRun(
    { state: 'finished' },
    {
      state: 'succeeded',
      credits: '14',
      held: '0',
      can_stop: false,
      ended_at: '2026-11-22T09:46:05Z',
      result: { kind: 'markdown', value: 'A loaf costs **4.20**.', file_name: 'answer.md' },
    },
  );
  act(() => FakeEventSource.at('/runs/run_1/events').send('finished', { run: now, position: 20 }));
  const shown = await screen.findByTestId('still');
  expect(shown.getAttribute('src')).toBe('/api/v1/runs/run_1/browser/stills/1');
  expect(shown.getAttribute('alt')).toBe('The page “Page 1” after: Opened example.com');
  expect(said()).toBe('Done. 14 credits used · 4 min 5 s');
  expect((await screen.findByText('4.20')).tagName).toBe('STRONG');
  await userEvent.click(await button('Next picture'));
  expect(screen.getByText(/Picture 2 of 3/)).toBeTruthy();
  await userEvent.click(await button('Picture 3: Went back'));
  expect(screen.getByTestId('still').getAttribute('src')).toContain('/stills/3');
  await userEvent.keyboard('{ArrowLeft}');
  expect(document.activeElement).toBe(screen.getByRole('button', { name: /^Picture 2:/ }));
  expect(document.activeElement?.getAttribute('aria-current')).toBe('true');
  expect((await button('Next picture')).getAttribute('aria-disabled')).toBeNull();
});

test('it ended by itself: the reason is said, and without pictures that too', async () => {
  const ended = browserRun(
    { state: 'finished' },
    { state: 'succeeded', reason: 'idle_too_long', credits: '0', held: '0', can_stop: false },
  );
  serveRun(ended, { 'GET /api/v1/runs/run_1/browser/stills': [200, { data: [] }] });
  renderAt('/runs/run_1');
  expect(await screen.findByText(/^Ended by itself: nothing had been done/)).toBeTruthy();
  expect(await screen.findByText('No pictures are kept of this session.')).toBeTruthy();
});

const message = (session: Partial<BrowserSession>) =>
  browserRun(session, { kind: 'message', title: 'A question', session_id: 'ses_1' });

test('a session that the agent opened on its way is shown on the page of its run', async () => {
  serveRun(message({}), { 'GET /api/v1/runs/run_1/browser/stills': [200, { data: [] }] });
  renderAt('/runs/run_1');
  await picture();
  expect(screen.getByRole('heading', { level: 2, name: 'Browser session' })).toBeTruthy();
  now = message({ state: 'finished' });
  act(() => FakeEventSource.at('/runs/run_1/events').send('state', { ...standing, used: '1', seconds: 1, revision: 7 }));
  expect(await screen.findByText('No pictures are kept of this session.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
});

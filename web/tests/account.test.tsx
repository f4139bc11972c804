import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as fresh from '../src/ui/afresh';
import { balanceStore } from '../src/credits/balance-store';
import { renderAt, serve } from './app';
import { me } from './samples';

const plain = me({
  role: 'member',
  rights: ['start_work'],
  organizations: [{ id: 'org_1', name: 'Northwind', role: 'member' }],
});
const asMember = { 'GET /api/v1/auth/me': [200, plain] as [number, unknown] };

let went: string[];
let saved: { name: string; blob: Blob }[];

beforeEach(() => {
  [went, saved] = [[], []];
  balanceStore.clear();
  vi.spyOn(fresh, 'afresh').mockImplementation((to) => void went.push(to));
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    saved.push({ name: '', blob: blob as Blob });
    return 'blob:saved';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    const last = saved.at(-1);
    if (last && this.download !== '') last.name = this.download;
  });
});
afterEach(() => vi.restoreAllMocks());

/** Bytes as they come: the test says when, and how it ends. */
function trickle() {
  let out!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (out = controller) });
  const headers = {
    'Content-Type': 'application/zip',
    'Content-Disposition': 'attachment; filename="my-data-2026-11-22.zip"',
  };
  const usual = globalThis.fetch;
  vi.stubGlobal('fetch', (request: Request) =>
    new URL(request.url).pathname.endsWith('/export')
      ? Promise.resolve(new Response(body, { headers }))
      : usual(request),
  );
  return {
    send: (count: number) => out.enqueue(new Uint8Array(count)),
    end: () => out.close(),
    break: () => out.error(new TypeError('network error')),
  };
}

const click = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

test('the file is made while one sees how far it is, and saved whole under its name', async () => {
  serve(asMember);
  const file = trickle();
  renderAt('/settings/data');
  await click('Download my data');
  expect((await screen.findByTestId('preparing')).textContent).toContain('Preparing the file…');
  file.send(1_500_000);
  await waitFor(() => expect(screen.getByTestId('preparing').textContent).toContain('1.5 MB so far'));
  file.send(500_000);
  file.end();
  // On the screen, and said to who does not see it.
  expect(await screen.findAllByText('my-data-2026-11-22.zip was saved, 2 MB.')).toHaveLength(2);
  expect(saved.map(({ name, blob }) => [name, blob.size])).toEqual([['my-data-2026-11-22.zip', 2_000_000]]);
});

test('a file that breaks off is not saved, and one may try again', async () => {
  serve(asMember);
  const file = trickle();
  renderAt('/settings/data');
  await click('Download my data');
  file.send(10);
  file.break();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('nothing was saved');
  expect(saved).toEqual([]);
  expect(screen.getByRole('button', { name: 'Download my data' })).toBeTruthy();
});

test('stopping saves nothing', async () => {
  serve(asMember);
  vi.stubGlobal('fetch', ((usual) => (request: Request) => {
    if (!new URL(request.url).pathname.endsWith('/export')) return usual(request);
    return new Promise((_, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason));
    });
  })(globalThis.fetch));
  renderAt('/settings/data');
  await click('Download my data');
  await click('Stop');
  expect(await screen.findByText('Stopped. Nothing was saved.')).toBeTruthy();
  expect(saved).toEqual([]);
});

test('what the server refuses is said where it was asked for', async () => {
  const detail = 'Another download of yours is still being made; wait until it has ended.';
  serve({
    ...asMember,
    'GET /api/v1/account/export': [
      429,
      { title: 'Too much at once', status: 429, code: 'concurrency_limited', detail },
    ],
  });
  renderAt('/settings/data');
  await click('Download my data');
  const alert = within(await screen.findByRole('alert'));
  expect(alert.getByText(detail)).toBeTruthy();
  expect(alert.getByRole('button', { name: 'Try again' })).toBeTruthy();
});

test('only the owner sees what is of the organization, and settings lead here', async () => {
  serve(asMember);
  const { unmount } = renderAt('/settings');
  const link = await screen.findByRole('link', { name: 'Download or delete your data' });
  expect(link.getAttribute('href')).toBe('/settings/data');
  unmount();
  renderAt('/settings/data');
  await screen.findByRole('button', { name: 'Delete my account' });
  expect(screen.queryByRole('button', { name: 'Download everything' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Delete organization' })).toBeNull();
});

test('an account goes with its address, its password and a word about schedules', async () => {
  const asked = serve({ ...asMember, 'DELETE /api/v1/account': [204, null] });
  renderAt('/settings/data');
  await click('Delete my account');
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete your account?' }));
  expect(dialog.getByText('The organizations’ credits, all of them')).toBeTruthy();
  const yes = dialog.getByRole('button', { name: 'Delete my account' }) as HTMLButtonElement;
  expect(yes.disabled).toBe(true);
  await userEvent.click(dialog.getByRole('radio', { name: 'Hand them to the owner' }));
  await userEvent.type(dialog.getByLabelText(/^Type your email address/), 'mia@example.com');
  await userEvent.type(dialog.getByLabelText('Your password'), 'sieben gelbe Kühe');
  await userEvent.click(yes);
  await waitFor(() => expect(went).toEqual(['/login?deleted=account']));
  const sent = asked.find(({ method }) => method === 'DELETE');
  expect(sent?.body).toEqual({ email: 'mia@example.com', password: 'sieben gelbe Kühe' });
  expect(sent?.search).toBe('?schedules=reassign');
});

const refusals: [number, Record<string, unknown>, string][] = [
  [409, { code: 'state_conflict', detail: 'A run of yours has not ended: stop it first.' }, 'stop it first'],
  [
    422,
    {
      code: 'validation_failed',
      detail: 'One field is wrong.',
      errors: [{ pointer: '/password', code: 'wrong', detail: 'This is not your password.' }],
    },
    'This is not your password.',
  ],
];

test.each(refusals)('a refusal of %i keeps the dialog open and says why', async (status, problem, said) => {
  serve({ ...asMember, 'DELETE /api/v1/account': [status, { title: 'No', status, ...problem }] });
  renderAt('/settings/data');
  await click('Delete my account');
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.type(dialog.getByLabelText(/^Type your email address/), 'mia@example.com');
  await userEvent.type(dialog.getByLabelText('Your password'), 'wrong');
  await userEvent.click(dialog.getByRole('button', { name: 'Delete my account' }));
  await waitFor(() => expect(screen.getByRole('dialog').textContent).toContain(said));
  expect(went).toEqual([]);
});

test('an owner is told to hand over first, and what an organization’s end takes along', async () => {
  const unavailable = { title: 'No answer', status: 503, code: 'payment_unavailable', detail: 'Nothing was deleted.' };
  let answer: [number, unknown] = [503, unavailable];
  const asked = serve({ 'DELETE /api/v1/organization': () => answer });
  renderAt('/settings/data');
  expect(await screen.findByText(/^You own Northwind\. Hand it over or delete it first/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Delete my account' })).toBeNull();
  await click('Delete organization');
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete Northwind?' }));
  expect(dialog.getByText('The plan ends now; no money is given back')).toBeTruthy();
  expect(await dialog.findByText(/credits are lost$/)).toBeTruthy();
  await userEvent.type(dialog.getByLabelText(/^Type the organization’s name/), 'Northwind');
  await userEvent.type(dialog.getByLabelText('Your password'), 'sieben gelbe Kühe');
  const yes = dialog.getByRole('button', { name: 'Delete organization' });
  await userEvent.click(yes);
  expect(await dialog.findByText(/Delete it again to finish\.$/)).toBeTruthy();
  answer = [204, null];
  await userEvent.click(yes);
  await waitFor(() => expect(went).toEqual(['/login?deleted=organization']));
  const bodies = asked.filter(({ method }) => method === 'DELETE').map(({ body }) => body);
  expect(bodies[1]).toEqual({ organization_name: 'Northwind', password: 'sieben gelbe Kühe' });
});

test('the log-in page says what was deleted, and lets go who belongs nowhere', async () => {
  const gone = { title: 'Gone', status: 410, code: 'gone', detail: 'You belong to no organization any more.' };
  const asked = serve({ 'POST /api/v1/auth/login': [410, gone], 'DELETE /api/v1/account': [204, null] });
  renderAt('/login?deleted=organization');
  expect(await screen.findByText('The organization was deleted.')).toBeTruthy();
  await userEvent.type(screen.getByLabelText('Email'), 'mia@example.com');
  await userEvent.type(screen.getByLabelText('Password'), 'sieben gelbe Kühe');
  await click('Log in');
  await click('Delete my account');
  const dialog = within(await screen.findByRole('dialog', { name: 'Delete your account?' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Delete my account' }));
  await waitFor(() => expect(went).toEqual(['/login?deleted=account']));
  const sent = asked.find(({ method }) => method === 'DELETE');
  expect(sent?.body).toEqual({ email: 'mia@example.com', password: 'sieben gelbe Kühe' });
});

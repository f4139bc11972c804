import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { findTools, readSearch } from '../src/features/tools/catalog';
import { renderAt, serve } from './app';
import { me, tool } from './samples';

const usual = (typical: string) =>
  ({ low: '1', typical, high: '99', hold: '99', basis: 'history' }) as const;

const tools = [
  tool({ id: 'translate', name: 'Translate', purpose: 'Into another language.', usual: usual('9') }),
  tool({ id: 'mail', name: 'Draft an e-mail', purpose: 'From notes you translate.', usual: null }),
  tool({ id: 'rank', name: 'Rank feedback', category: 'operations', usual: usual('20') }),
];

const names = (search: Parameters<typeof findTools>[1]) =>
  findTools(tools, search).map(({ id }) => id);

test('a name that matches comes before a purpose that does; every word must match', () => {
  expect(names({ q: 'translate' })).toEqual(['translate', 'mail']);
  expect(names({ q: 'notes TRANSLATE' })).toEqual(['mail']);
  expect(names({ q: 'translate feedback' })).toEqual([]);
});

test('tools are ordered by name or usual cost, unknown costs last', () => {
  expect(names({})).toEqual(['translate', 'mail', 'rank']);
  expect(names({ sort: 'name' })).toEqual(['mail', 'rank', 'translate']);
  expect(names({ sort: 'cost' })).toEqual(['translate', 'rank', 'mail']);
  expect(names({ category: 'operations' })).toEqual(['rank']);
});

test('an address with nonsense in it shows everything', () => {
  expect(readSearch({ q: '', category: 'x', sort: 'price' })).toEqual({});
  expect(readSearch({ q: 2026, sort: 'relevance' })).toEqual({ q: '2026' });
});

test('the catalog: search and category are in the address, cards say what they cost', async () => {
  serve({ 'GET /api/v1/tools': [200, { data: tools, refused: [] }] });
  const { router } = renderAt('/tools');
  const card = within(await screen.findByRole('link', { name: /^Translate/ }));
  expect(card.getByText('Usually 1–99 credits')).toBeTruthy();
  expect(card.getByText('Can be scheduled')).toBeTruthy();
  expect(card.getByText('Not used yet')).toBeTruthy();
  const mail = within(screen.getByRole('link', { name: /^Draft an e-mail/ }));
  expect(mail.getByText(/Charged by the rate card/)).toBeTruthy();
  expect(screen.queryByTestId('refused-tools')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Operations' }));
  await waitFor(() => expect(router.state.location.search).toEqual({ category: 'operations' }));
  expect(screen.queryByRole('link', { name: /^Translate/ })).toBeNull();
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search tools' }), 'rank');
  await waitFor(() =>
    expect(router.state.location.search).toEqual({ category: 'operations', q: 'rank' }),
  );
});

test('a search without a tool is handed to the agent, behind what was written already', async () => {
  serve({ 'GET /api/v1/tools': [200, { data: tools, refused: [] }] });
  localStorage.setItem('ampere.draft.usr_1.home', 'Dear Joule,');
  const { router } = renderAt('/tools?q=write+a+poem');
  expect(await screen.findByText('No tool matches. Ask Joule to do it instead.')).toBeTruthy();
  await userEvent.click(screen.getByRole('link', { name: 'Ask Joule' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/'));
  const field = await screen.findByRole('textbox', { name: 'Message to Joule' });
  expect((field as HTMLTextAreaElement).value).toBe('Dear Joule,\n\nwrite a poem');
});

test('an operator reads which tool files were refused, where, and why', async () => {
  const refused = [
    { file: 'poem.toml', line: 7, reason: 'unknown kind “dream”' },
    { file: 'no.toml', line: null, reason: 'the id differs from the name of the file' },
  ];
  serve({
    'GET /api/v1/auth/me': [200, me()],
    'GET /api/v1/tools': [200, { data: tools, refused }],
  });
  renderAt('/tools');
  const box = (await screen.findByTestId('refused-tools')).textContent;
  expect(box).toContain('2 tool files were refused');
  expect(box).toContain('poem.toml, line 7: unknown kind “dream”');
  expect(box).toContain('no.toml: the id differs');
});

import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { renderAt, serve } from './app';

const at = '2026-11-22T09:42:00Z';
const storm = {
  id: 'ses_7',
  title: 'The storm',
  created_at: at,
  updated_at: at,
  credits: '4',
  message_count: 2,
  owner: { id: 'usr_1', name: 'Mia Novak' },
  access: 'owner',
  shared: false,
  running_run_id: null,
};

const chosen = () => screen.getByRole('option', { selected: true });
const field = () => screen.findByRole('textbox', { name: 'Message to Joule' });

test('/ goes to the composer, and is only a character once it is there', async () => {
  serve({});
  renderAt('/');
  const composer = (await field()) as HTMLTextAreaElement;
  composer.blur();
  await userEvent.keyboard('/');
  expect(document.activeElement).toBe(composer);
  expect(composer.value).toBe('');
  await userEvent.keyboard('/?');
  expect(composer.value).toBe('/?');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('? lists the keys, and single keys can be switched off', async () => {
  serve({});
  renderAt('/');
  (await field()).blur();
  await userEvent.keyboard('?');
  const dialog = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  expect(dialog.textContent).toContain('Stop the answer');
  await userEvent.click(within(dialog).getByRole('switch'));
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await userEvent.keyboard('/');
  expect(document.activeElement).not.toBe(await field());
});

test('Ctrl K goes to a screen or a session by its name', async () => {
  serve({ 'GET /api/v1/sessions': [200, { data: [storm], next_cursor: null }] });
  const { router } = renderAt('/');
  await userEvent.click(await field());
  await userEvent.keyboard('{Control>}k{/Control}');
  const search = await screen.findByRole('combobox', { name: 'Screen or session' });
  await waitFor(() => expect(document.activeElement).toBe(search));
  await userEvent.keyboard('s');
  await screen.findByRole('option', { name: /The storm/ });
  expect(search.getAttribute('aria-activedescendant')).toBe(chosen().id);
  await userEvent.keyboard('{ArrowUp}');
  expect(chosen().textContent).toContain('The storm');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(router.state.location.pathname).toBe('/sessions/ses_7'));
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a name that nothing has is said, Enter does nothing, and Esc leads back', async () => {
  serve({});
  const { router } = renderAt('/');
  const composer = await field();
  await userEvent.click(composer);
  await userEvent.keyboard('{Control>}k{/Control}');
  await screen.findByRole('combobox');
  await userEvent.keyboard('no such thing{Enter}');
  await screen.findByText(/No screen and none/);
  expect(router.state.location.pathname).toBe('/');
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(document.activeElement).toBe(composer));
});

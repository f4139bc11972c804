import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { safeReturn, tokenInFragment } from '../src/features/auth/enter';
import { passwordHint } from '../src/features/auth/fields';
import { addressFor, providerRequest } from '../src/features/models/ProviderForm';
import { renderAt, serve } from './app';
import { instance, me } from './samples';

const fill = async (label: string, text: string) =>
  userEvent.type(await screen.findByLabelText(label), text);

test('set-up: the server’s field errors stand at their fields and the first gets the focus', async () => {
  const asked = serve({
    'GET /api/v1/instance': [200, { ...instance, setup_needed: true }],
    'POST /api/v1/auth/setup': [
      422,
      {
        type: 'about:blank',
        title: 'The request has mistakes',
        status: 422,
        code: 'validation_failed',
        detail: 'The request has mistakes.',
        errors: [{ pointer: '/password', code: 'common', detail: 'Too common a password.' }],
      },
    ],
  });
  renderAt('/');
  await fill('First-run token', 'abc');
  await fill('Your name', 'Mia Novak');
  await fill('Email', 'mia@example.com');
  await fill('Password', 'password1');
  await fill('Organization name', 'Northwind');
  await userEvent.click(screen.getByRole('button', { name: 'Create account and start' }));
  expect(await screen.findByText('Too common a password.')).toBeTruthy();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Password')));
  expect(screen.queryByRole('alert')).toBeNull();
  const sent = asked.find(({ path }) => path === '/api/v1/auth/setup')?.body;
  expect(sent).toMatchObject({ token: 'abc', organization_name: 'Northwind' });
  expect(sent).toHaveProperty('zone');
});

test('log-in: a refusal that belongs to no field stands at the head, with the request’s id', async () => {
  serve({
    'GET /api/v1/auth/me': [401, { title: 'Log in', status: 401, code: 'unauthenticated' }],
    'POST /api/v1/auth/login': [
      401,
      {
        type: 'about:blank',
        title: 'Not logged in',
        status: 401,
        code: 'wrong_credentials',
        detail: 'Mail address or password is wrong.',
        request_id: 'req_9',
      },
    ],
  });
  const { router } = renderAt('/usage');
  await fill('Email', 'mia@example.com');
  await fill('Password', 'something');
  expect(router.state.location.search).toEqual({ return: '/usage' });
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Mail address or password is wrong.');
  expect(alert.textContent).toContain('req_9');
});

test('after the log-in one is where one wanted to be', async () => {
  let inside = false;
  serve({
    'GET /api/v1/auth/me': () =>
      inside ? [200, me()] : [401, { title: 'Log in', status: 401, code: 'unauthenticated' }],
    'POST /api/v1/auth/login': () => {
      inside = true;
      return [200, me()];
    },
  });
  const { router } = renderAt('/help');
  await fill('Email', 'mia@example.com');
  await fill('Password', 'something');
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByText('What happens at zero')).toBeTruthy();
  expect(router.state.location.pathname).toBe('/help');
  await waitFor(() => expect(document.title).toBe('Help · Ampere'));
});

test('a return path never leads to another host', () => {
  expect(safeReturn('/sessions/ses_1?x=1')).toBe('/sessions/ses_1?x=1');
  for (const bad of [undefined, 'https://evil.example', '//evil.example', '/\\evil.example', 'x']) {
    expect(safeReturn(bad)).toBe('/');
  }
});

test('the token is read from the fragment in both forms of the link', () => {
  expect(tokenInFragment('#token=abc')).toBe('abc');
  expect(tokenInFragment('#abc-_9')).toBe('abc-_9');
  expect(tokenInFragment('')).toBe('');
});

test('the password rule is said while one types', () => {
  expect(passwordHint(0)).toContain('At least 8');
  expect(passwordHint(5)).toContain('3 more');
  expect(passwordHint(8)).toContain('15 or more is better');
  expect(passwordHint(15)).toBe('A good length.');
});

test('an empty key or rate is left out, so that the stored key and the default rate stay', () => {
  const values = {
    kind: 'openai' as const,
    base_url: ' https://api.example/v1 ',
    api_key: '',
    model: 'm',
    name: '',
    input_credits_per_thousand: '',
    output_credits_per_thousand: '4',
  };
  expect(providerRequest(values)).toEqual({
    kind: 'openai',
    base_url: 'https://api.example/v1',
    model: 'm',
    output_credits_per_thousand: '4',
  });
});

test('an address that somebody typed stays when the kind of provider changes', () => {
  expect(addressFor('anthropic', ' ')).toBe('https://api.anthropic.com');
  expect(addressFor('openai', 'https://api.anthropic.com')).toBe('https://api.openai.com/v1');
  expect(addressFor('anthropic', 'http://127.0.0.1:8080')).toBe('http://127.0.0.1:8080');
});

const address = () => screen.getByLabelText('Base URL') as HTMLInputElement;

test('a provider of the other kind is chosen, tried and saved with its own address', async () => {
  const none = { configured: false, key_set: false, source: 'default' };
  const local = { state: 'ready', detail: '', name: 'Small', queued: 0 };
  const tested = { ok: true, detail: 'It answers.', input_tokens: 9, output_tokens: 1, milliseconds: 7 };
  const asked = serve({
    'GET /api/v1/auth/me': [200, me()],
    'GET /operator/v1/model-provider': [200, { ...none, local }],
    'POST /operator/v1/model-provider/test': [200, tested],
    'PUT /operator/v1/model-provider': [200, { ...none, local }],
  });
  renderAt('/models');
  await userEvent.selectOptions(await screen.findByLabelText('It speaks'), 'anthropic');
  expect(address().value).toBe('https://api.anthropic.com');
  expect(screen.getByText(/For example https:\/\/api.anthropic.com/)).toBeTruthy();
  await fill('Model id', 'moon-1');
  await userEvent.click(screen.getByRole('button', { name: 'Test' }));
  await screen.findByText('9 tokens in, 1 tokens out, 7 ms');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  const wanted = { kind: 'anthropic', base_url: 'https://api.anthropic.com', model: 'moon-1' };
  await waitFor(() => {
    const sent = asked.filter(({ method }) => method !== 'GET').map(({ body }) => body);
    expect(sent).toEqual([wanted, wanted]);
  });
});

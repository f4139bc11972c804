import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { BackgroundChoice, BackgroundUsage } from '../src/api/gen';
import { renderAt, serve } from './app';
import { balance, message, run, session } from './samples';

const settings: BackgroundChoice = {
  titles: true,
  summaries: true,
  follow_ups: true,
  when_used_up: 'wait',
};

function background(change: Partial<BackgroundUsage> = {}): BackgroundUsage {
  return {
    allowance: '20',
    used: '5',
    left: '15',
    period_ends_at: '2026-12-14T00:00:00Z',
    settings,
    waiting: 2,
    runs: 7,
    credits_from_pool: '0',
    can_edit: true,
    ...change,
  };
}

const usage = {
  position: 10,
  period: balance().period,
  zone: 'UTC',
  credits: balance(),
  used: '0',
  sources: [],
  models: [],
  members: null,
  days: [],
  included: { granted: '1000', used: '17.5685', left: '982.4315', percent_used: '1' },
  pace: null,
};

async function section(answers: Parameters<typeof serve>[0]) {
  const asked = serve({
    'GET /api/v1/usage/summary': [200, usage],
    'GET /api/v1/credits/grants': [200, { data: [], position: 10 }],
    ...answers,
  });
  renderAt('/usage');
  const found = await screen.findByRole('region', { name: 'Background AI work' });
  await within(found).findByRole('switch', { name: /^Session titles/ });
  return { asked, found: within(found) };
}

test('Usage tells the allowance, what happens when it is used up, and what waits', async () => {
  const { found } = await section({ 'GET /api/v1/usage/background': [200, background()] });
  expect(found.getByTestId('background-left').textContent).toBe('15 credits left');
  expect(found.getByText('5 of 20 credits used')).toBeTruthy();
  expect(found.getByText(/background work waits for the next one/)).toBeTruthy();
  const runs = found.getByRole('link', { name: '7 runs' });
  expect(runs.getAttribute('href')).toBe('/runs?kind=background');
  expect(found.getByText('Waiting to be done').nextSibling?.textContent).toBe('2');
});

test('an owner switches and chooses; the whole choice is sent', async () => {
  let now = background();
  const { asked, found } = await section({
    'GET /api/v1/usage/background': () => [200, now],
    'PUT /api/v1/usage/background': ({ body }) => {
      now = background({ settings: body as BackgroundChoice });
      return [200, now];
    },
  });
  await userEvent.click(found.getByRole('switch', { name: /^Suggested follow-ups/ }));
  await waitFor(() => expect(now.settings.follow_ups).toBe(false));
  const draw = found.getByRole('radio', { name: 'Go on with credits of the pool' });
  await waitFor(() => expect(draw.hasAttribute('disabled')).toBe(false));
  await userEvent.click(draw);
  const sent = () => asked.filter(({ method }) => method === 'PUT').map(({ body }) => body);
  await waitFor(() =>
    expect(sent()).toEqual([
      { ...settings, follow_ups: false },
      { ...settings, follow_ups: false, when_used_up: 'draw' },
    ]),
  );
  await found.findByText(/goes on with credits of the pool/);
});

test('others see the choice and cannot change it; without an allowance it says so', async () => {
  const { found } = await section({
    'GET /api/v1/usage/background': [
      200,
      background({ allowance: '0', used: '0', left: '0', period_ends_at: null, can_edit: false }),
    ],
  });
  expect(found.getByText('There is no allowance at present.')).toBeTruthy();
  expect(await found.findByText('Mia Novak can change this.')).toBeTruthy();
  for (const control of [...found.getAllByRole('switch'), ...found.getAllByRole('radio')]) {
    expect(control.hasAttribute('disabled')).toBe(true);
  }
});

test('a suggested follow-up fills the composer, keeps what was begun, and sends nothing', async () => {
  const done = run({ state: 'succeeded', reason: 'completed', credits: '1', held: '0' });
  const said = (id: string, role: 'user' | 'assistant', text: string, follow_ups: string[]) =>
    message({ id, role, text, follow_ups, run: role === 'assistant' ? done : null });
  const asked = serve({
    'GET /api/v1/sessions/ses_1': [200, session({ title: 'Tides', message_count: 4 })],
    'GET /api/v1/sessions/ses_1/messages': [
      200,
      {
        data: [
          said('m1', 'user', 'Why are there tides?', []),
          said('m2', 'assistant', 'The moon.', ['An old suggestion']),
          said('m3', 'user', 'And the sun?', []),
          said('m4', 'assistant', 'A little.', ['How much?', 'When is it strongest?']),
        ],
      },
    ],
  });
  renderAt('/sessions/ses_1');
  const group = await screen.findByRole('group', { name: 'Suggested follow-ups' });
  const offered = within(group).getAllByRole('button').map((one) => one.textContent);
  expect(offered).toEqual(['How much?', 'When is it strongest?']);
  const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message to Joule' });
  await userEvent.click(within(group).getByRole('button', { name: 'How much?' }));
  expect(field.value).toBe('How much?');
  expect(document.activeElement).toBe(field);
  await userEvent.click(within(group).getByRole('button', { name: 'When is it strongest?' }));
  expect(field.value).toBe('How much?\nWhen is it strongest?');
  expect(asked.filter(({ method, path }) => method === 'POST' && path.endsWith('/messages'))).toEqual(
    [],
  );
});

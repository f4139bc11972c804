import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { modelOf } from '../src/features/sessions/effort';
import { type Asked, renderAt, serve } from './app';
import { message, quote, run, session } from './samples';

/** The browser's older request, answered by the tests. */
class FakeRequest extends EventTarget {
  static all: FakeRequest[] = [];
  readonly upload = new EventTarget();
  url = '';
  status = 0;
  responseText = '';
  stopped = false;

  open(_method: string, url: string): void {
    this.url = url;
  }
  setRequestHeader(): void {}
  send(): void {
    FakeRequest.all.push(this);
  }
  abort(): void {
    this.stopped = true;
    this.dispatchEvent(new Event('abort'));
  }
  progress(loaded: number): void {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total: 100 }));
  }
  answer(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.dispatchEvent(new Event('load'));
  }
}

beforeEach(() => {
  FakeRequest.all = [];
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
});

const card = (id: string, change: object = {}) => ({
  id,
  name: id,
  note: '',
  provider: 'openai',
  ready: true,
  state: 'ready',
  is_default: false,
  hands: true,
  hands_note: null,
  ...change,
});

function open(more: Parameters<typeof serve>[0] = {}): Asked[] {
  const answer = message({ id: 'm2', role: 'assistant', text: '', run: run() });
  const asked = serve({
    'GET /api/v1/sessions/ses_1': [200, session()],
    'GET /api/v1/sessions/ses_1/messages': [200, { data: [] }],
    'POST /api/v1/sessions/ses_1/messages': [
      202,
      { user_message: message({ id: 'm1' }), answer, run: run() },
    ],
    'POST /api/v1/estimates': [200, quote()],
    ...more,
  });
  renderAt('/sessions/ses_1');
  return asked;
}

const field = () => screen.findByRole('textbox', { name: 'Message to Joule' });
const chips = () => screen.getByRole('list', { name: 'Attached files' });
const bodies = (asked: Asked[], path: string) =>
  asked.filter((one) => one.method === 'POST' && one.path === path).map(({ body }) => body);
const sent = (asked: Asked[]) => bodies(asked, '/api/v1/sessions/ses_1/messages');

const text = (name: string, content = 'some words') => new File([content], name);
async function choose(...files: File[]): Promise<void> {
  const input = await screen.findByTestId('attach-files');
  await act(() => fireEvent.change(input, { target: { files } }));
}
const stored = (id: string, name: string) => ({ id, name, media_type: 'text/markdown', size: 2_048 });
async function arrives(index: number, id: string, name: string): Promise<void> {
  await act(() => FakeRequest.all[index]?.answer(201, { ...stored(id, name), owner: 'Mia Novak' }));
}

test('files are uploaded as they are chosen, go with the message, and leave with it', async () => {
  const asked = open();
  await userEvent.type(await field(), 'What is in them?');
  await choose(text('notes.md'), text('plan.md'));
  expect(FakeRequest.all.map(({ url }) => url)).toEqual([
    '/api/v1/files?name=notes.md',
    '/api/v1/files?name=plan.md',
  ]);
  act(() => FakeRequest.all[0]?.progress(40));
  const bar = screen.getByRole<HTMLProgressElement>('progressbar', { name: 'Upload of notes.md' });
  expect(bar.value).toBe(40);
  // What is on its way would be left behind.
  expect(screen.getByRole('button', { name: 'Send' }).hasAttribute('disabled')).toBe(true);
  await arrives(0, 'file_1', 'notes.md');
  await arrives(1, 'file_2', 'plan.md');
  expect(within(chips()).getAllByRole('listitem').map((one) => one.textContent)).toEqual([
    'notes.md2 KB',
    'plan.md2 KB',
  ]);
  await userEvent.click(screen.getByRole('button', { name: 'Remove plan.md' }));
  expect(document.activeElement).toBe(await field());
  const wanted = { effort: 'medium', attachments: ['file_1'] };
  await waitFor(() =>
    expect(bodies(asked, '/api/v1/estimates').at(-1)).toMatchObject(wanted),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(sent(asked)).toEqual([{ text: 'What is in them?', ...wanted }]));
  await waitFor(() => expect(screen.queryByRole('list', { name: 'Attached files' })).toBeNull());
  expect(localStorage.getItem('ampere.draft-files.usr_1.ses_1')).toBeNull();
});

test('what cannot be attached is named with its reason; five are enough', async () => {
  open();
  await choose(text('photo.png'), text('empty.md', ''), text('a.md'));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('photo.png: This kind of file cannot be read here.');
  expect(alert.textContent).toContain('empty.md: This file is empty.');
  await act(() =>
    FakeRequest.all[0]?.answer(413, { title: 'No', status: 413, code: 'quota', detail: 'No room.' }),
  );
  expect((await screen.findByRole('alert')).textContent).toBe('a.md: No room.');
  await choose(...['1', '2', '3', '4', '5', '6'].map((name) => text(`${name}.md`)));
  expect((await screen.findByRole('alert')).textContent).toBe('A message takes at most 5 files.');
  expect(screen.getByRole('button', { name: 'No more than 5 files fit a message' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Stop the upload of 1.md' }));
  expect(FakeRequest.all[1]?.stopped).toBe(true);
  await waitFor(() => expect(screen.queryByText('1.md')).toBeNull());
  // Stopped by the person: nothing has failed.
  expect(screen.getByRole('alert').textContent).toBe('A message takes at most 5 files.');
});

test('attached files are kept with the draft over a reload', async () => {
  localStorage.setItem('ampere.draft-files.usr_1.ses_1', JSON.stringify([stored('file_1', 'a.md'), 7]));
  localStorage.setItem('ampere.draft.usr_1.ses_1', 'Read this.');
  const asked = open();
  await userEvent.click(await screen.findByRole('button', { name: 'Send' }));
  await waitFor(() => expect(sent(asked)).toHaveLength(1));
  expect(sent(asked)[0]).toEqual({ text: 'Read this.', effort: 'medium', attachments: ['file_1'] });
});

test('the effort is chosen with what it means, remembered, sent, and the estimate follows', async () => {
  const asked = open();
  await userEvent.type(await field(), 'Hello');
  await userEvent.click(screen.getByRole('button', { name: 'Effort: Medium' }));
  const menu = await screen.findByRole('dialog');
  expect(within(menu).getByText('One answer, without tools.')).toBeTruthy();
  await userEvent.click(within(menu).getByRole('radio', { name: 'High' }));
  expect(screen.getByRole('button', { name: 'Effort: High' })).toBeTruthy();
  expect(localStorage.getItem('ampere.effort.usr_1')).toBe('high');
  await waitFor(() =>
    expect(bodies(asked, '/api/v1/estimates').at(-1)).toMatchObject({ effort: 'high' }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(sent(asked)).toEqual([{ text: 'Hello', effort: 'high' }]));
});

test('a model without hands says so, and only where it matters', async () => {
  const note = 'The small model on this computer only answers; it uses no tools.';
  const models = [
    card('local', { is_default: true, hands: false, hands_note: note }),
    card('large'),
  ];
  open({ 'GET /api/v1/models': [200, { data: models }] });
  expect((await screen.findByTestId('no-hands')).textContent).toBe(note);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Model' }), 'large');
  expect(screen.queryByTestId('no-hands')).toBeNull();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Model' }), '');
  await userEvent.click(screen.getByRole('button', { name: 'Effort: Medium' }));
  await userEvent.click(await screen.findByRole('radio', { name: 'Low' }));
  expect(screen.queryByTestId('no-hands')).toBeNull();
});

test('by itself a message goes to the default model', () => {
  const models = [card('a'), card('b', { is_default: true })] as Parameters<typeof modelOf>[0];
  expect(modelOf(models, '')?.id).toBe('b');
  expect(modelOf(models, 'a')?.id).toBe('a');
  expect(modelOf(models, 'gone')).toBeNull();
});

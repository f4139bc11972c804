import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { mediaTypeOf, refusalOf } from '../src/features/files/upload';
import { kindsText, sizeText } from '../src/features/files/words';
import { renderAt, serve } from './app';
import { quote, tool } from './samples';

/** The browser's older request, driven by the tests. */
class FakeRequest extends EventTarget {
  static last: FakeRequest | null = null;
  readonly upload = new EventTarget();
  readonly headers: Record<string, string> = {};
  url = '';
  sent: unknown = null;
  status = 0;
  responseText = '';

  constructor() {
    super();
    FakeRequest.last = this;
  }
  open(_method: string, url: string): void {
    this.url = url;
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: unknown): void {
    this.sent = body;
  }
  abort(): void {
    this.dispatchEvent(new Event('abort'));
  }
  progress(loaded: number, total: number): void {
    this.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded, total }));
  }
  answer(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.dispatchEvent(new Event('load'));
  }
}

beforeEach(() => {
  FakeRequest.last = null;
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
});

const stored = (id: string, name: string, type = 'application/pdf') => ({
  id,
  name,
  media_type: type,
  size: 12_400,
  owner: 'Mia Novak',
  owner_id: 'usr_1',
  created_at: '2026-11-22T09:42:00Z',
});

const withFile = tool({
  inputs: {
    type: 'object',
    required: ['document'],
    properties: {
      document: { type: 'string', format: 'file', title: 'Document', 'x-accept': ['application/pdf'] },
    },
  },
});

function serveTool(more: Parameters<typeof serve>[0] = {}) {
  return serve({
    'GET /api/v1/tools/summarize-document': [200, withFile],
    'POST /api/v1/estimates': [200, quote()],
    ...more,
  });
}

const choose = async (file: File) => {
  const input = await screen.findByTestId('input-document-file');
  await act(() => fireEvent.change(input, { target: { files: [file] } }));
};
const pdf = new File(['%PDF'], 'report.pdf', { type: 'application/pdf' });
const request = () => {
  if (FakeRequest.last === null) throw new Error('nothing was sent');
  return FakeRequest.last;
};

test('a file is refused in words before it is sent', () => {
  const large = new File([new Uint8Array(11 * 1024 * 1024)], 'a.pdf', { type: 'application/pdf' });
  expect(refusalOf(new File([], 'a.pdf'), [])).toBe('This file is empty.');
  expect(refusalOf(large, [])).toContain('at most 10 MB');
  expect(refusalOf(pdf, ['text/csv', 'text/markdown'])).toContain('It must be CSV or Markdown.');
  expect(refusalOf(pdf, ['application/pdf'])).toBeNull();
});

test('a file’s kind is known by its ending where the browser does not say', () => {
  expect(mediaTypeOf({ name: 'Notes.MD', type: '' })).toBe('text/markdown');
  expect(mediaTypeOf({ name: 'data.csv', type: 'application/vnd.ms-excel' })).toBe('text/csv');
  expect(mediaTypeOf({ name: 'x', type: '' })).toBe('application/octet-stream');
  expect(kindsText(['application/pdf', 'text/x-odd'])).toBe('PDF or text/x-odd');
  expect([sizeText(820), sizeText(12_400), sizeText(3_000_000)]).toEqual(['820 B', '12.4 KB', '3 MB']);
});

test('an upload shows its progress, then the file, and its id is what is run with', async () => {
  const asked = serveTool();
  renderAt('/tools/summarize-document');
  await choose(pdf);
  expect(request().url).toBe('/api/v1/files?name=report.pdf');
  expect(request().headers['Content-Type']).toBe('application/pdf');
  act(() => request().progress(1, 4));
  expect(screen.getByText('Uploading report.pdf: 25 %')).toBeTruthy();
  expect(screen.getByRole('progressbar').getAttribute('value')).toBe('25');
  await act(async () => request().answer(201, stored('file_1', 'report.pdf')));
  expect(await screen.findByRole('button', { name: 'Remove report.pdf' })).toBeTruthy();
  await waitFor(() =>
    expect(asked.findLast(({ path }) => path === '/api/v1/estimates')?.body).toEqual({
      kind: 'tool',
      tool: 'summarize-document',
      inputs: { document: 'file_1' },
    }),
  );
});

test('the server’s refusal of a file is said at the field; an upload can be stopped', async () => {
  serveTool();
  renderAt('/tools/summarize-document');
  await choose(pdf);
  const problem = { code: 'storage_full', title: 'Full', status: 409, detail: '198 of 200 MB are used.' };
  await act(async () => request().answer(409, problem));
  expect(await screen.findByText('198 of 200 MB are used.')).toBeTruthy();
  await choose(pdf);
  expect(screen.queryByText('198 of 200 MB are used.')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Stop the upload' }));
  expect(await screen.findByRole('button', { name: 'Upload a file' })).toBeTruthy();
  expect(screen.queryByText(/did not work/)).toBeNull();
});

test('of earlier files those that fit are offered', async () => {
  serveTool({
    'GET /api/v1/files': [
      200,
      {
        data: [stored('file_2', 'old.pdf'), stored('file_3', 'data.csv', 'text/csv')],
        next_cursor: null,
        used_bytes: 24_800,
        quota_bytes: 200_000_000,
      },
    ],
    'GET /api/v1/files/file_2': [200, stored('file_2', 'old.pdf')],
  });
  renderAt('/tools/summarize-document');
  await userEvent.click(await screen.findByRole('button', { name: 'Choose an earlier file' }));
  expect(await screen.findByText('24.8 KB of 200 MB used by this organization.')).toBeTruthy();
  expect(screen.queryByText('data.csv')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Use old.pdf' }));
  expect(await screen.findByRole('button', { name: 'Remove old.pdf' })).toBeTruthy();
});

/** Sending one file, with progress, which the browser tells only for its older requests. */
import type { File as StoredFile, Problem } from '../../api/gen';
import { ApiProblem, isProblem } from '../../api/problem';
import { kindsText, sizeText, words } from './words';

/** The most bytes a file may have; the server has the last word. */
const MOST_BYTES = 10 * 1024 * 1024;

// Browsers do not know every kind by its name's ending.
const byEnding: Record<string, string> = {
  txt: 'text/plain',
  md: 'text/markdown',
  markdown: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  htm: 'text/html',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
};

export function mediaTypeOf({ name, type }: { name: string; type: string }): string {
  const ending = name.split('.').pop()?.toLowerCase() ?? '';
  return byEnding[ending] ?? (type.split(';')[0]?.trim() || 'application/octet-stream');
}

/** Endings and types for the browser's own file dialog. */
export function acceptText(accept: readonly string[]): string {
  const endings = Object.entries(byEnding)
    .filter(([, type]) => accept.includes(type))
    .map(([ending]) => `.${ending}`);
  return [...accept, ...endings].join(',');
}

/** Why this file cannot be sent, in words; null: it may be tried. */
export function refusalOf(file: File, accept: readonly string[]): string | null {
  if (file.size === 0) return words.errors.empty;
  if (file.size > MOST_BYTES) return words.errors.large(sizeText(file.size));
  if (accept.length > 0 && !accept.includes(mediaTypeOf(file))) {
    return words.errors.kind(kindsText(accept));
  }
  return null;
}

export interface Upload {
  stored: Promise<StoredFile>;
  stop: () => void;
}

/** `progress` is told whole percents. A stopped upload rejects like a lost connection. */
export function upload(file: File, progress: (percent: number) => void): Upload {
  const request = new XMLHttpRequest();
  const stored = new Promise<StoredFile>((resolve, reject) => {
    request.open('POST', `/api/v1/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('Content-Type', mediaTypeOf(file));
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      if (total > 0) progress(Math.floor((loaded / total) * 100));
    });
    request.addEventListener('load', () => {
      const body = parsed(request.responseText);
      if (request.status === 201) resolve(body as StoredFile);
      else reject(new ApiProblem(request.status, isProblem(body) ? (body as Problem) : null));
    });
    for (const end of ['error', 'abort'] as const) {
      request.addEventListener(end, () => reject(new ApiProblem(0, null)));
    }
    request.send(file);
  });
  return { stored, stop: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * A file that the server makes while it is read: how much has come so far, and then saving it. A
 * file that broke off is never saved.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem, isProblem } from '../../api/problem';
import { announce } from '../../ui/announce';
import { sizeText } from '../files/words';
import { downloadWords as words } from './words';

/** Asks for the file; its body is left to be read. */
export type AskFile = (signal: AbortSignal) => Promise<{ error?: unknown; response?: Response }>;

export type Download =
  | { is: 'idle' }
  | { is: 'preparing'; bytes: number }
  | { is: 'done'; name: string; bytes: number }
  | { is: 'stopped' }
  | { is: 'failed'; error: Error; broken: boolean };

/** What the server calls the file. */
export function nameOf(response: Response, usual: string): string {
  const said = response.headers.get('Content-Disposition') ?? '';
  return /filename="([^"/\\]+)"/.exec(said)?.[1] ?? usual;
}

async function opened(ask: AskFile, signal: AbortSignal): Promise<Response> {
  const { error, response } = await ask(signal);
  if (response?.ok) return response;
  throw new ApiProblem(response?.status ?? 0, isProblem(error) ? error : null);
}

async function read(response: Response, seen: (bytes: number) => void): Promise<Blob> {
  const reader = response.body?.getReader();
  const parts: BlobPart[] = [];
  let bytes = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    parts.push(part.value);
    bytes += part.value.byteLength;
    seen(bytes);
  }
  return new Blob(parts, { type: 'application/zip' });
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken what it needs when the click is done.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}

export function useDownload(ask: AskFile, usual: string) {
  const [state, setState] = useState<Download>({ is: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(async () => {
    const stop = new AbortController();
    running.current = stop;
    setState({ is: 'preparing', bytes: 0 });
    announce(words.preparing);
    let begun = false;
    try {
      const response = await opened(ask, stop.signal);
      begun = true;
      const blob = await read(response, (bytes) => setState({ is: 'preparing', bytes }));
      const name = nameOf(response, usual);
      save(blob, name);
      setState({ is: 'done', name, bytes: blob.size });
      announce(words.done(name, sizeText(blob.size)));
    } catch (error) {
      if (stop.signal.aborted) setState({ is: 'stopped' });
      else setState({ is: 'failed', error: error as Error, broken: begun });
    }
  }, [ask, usual]);

  return { state, start, stop: () => running.current?.abort() };
}

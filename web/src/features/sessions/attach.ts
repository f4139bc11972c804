/**
 * The files of a message that is not sent yet: uploaded as they are chosen, kept with its draft
 * over reloads. Never sends the message. Read next: AttachFiles.tsx, writing.ts.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Attachment } from '../../api/gen';
import { newKey } from '../../api/intent';
import { ApiProblem } from '../../api/problem';
import { announce } from '../../ui/announce';
import { refusalOf, type Upload, upload } from '../files/upload';
import { words as files } from '../files/words';
import { attachWords as words } from './words';

/** The most files that one message takes; the server has the last word. */
export const MOST_FILES = 5;

/** What the server can make text of. */
export const readable: readonly string[] = Object.keys(files.mediaTypes);

export interface Sending {
  key: string;
  name: string;
  percent: number;
}

export interface Attaching {
  /** Uploaded, in the order in which they arrived. */
  files: readonly Attachment[];
  sending: readonly Sending[];
  failure: string | null;
  add: (chosen: readonly File[]) => void;
  remove: (id: string) => void;
  stop: (key: string) => void;
  clear: () => void;
}

const PREFIX = 'ampere.draft-files.';

function read(key: string): Attachment[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + key) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isAttachment).slice(0, MOST_FILES) : [];
  } catch {
    return [];
  }
}

function isAttachment(value: unknown): value is Attachment {
  const { id, name, size } = (value ?? {}) as Partial<Attachment>;
  return typeof id === 'string' && typeof name === 'string' && typeof size === 'number';
}

function write(key: string, list: readonly Attachment[]): void {
  try {
    if (list.length === 0) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(list));
  } catch {
    // Without a store they live as long as the page.
  }
}

/** `key` names the person and the session (or `home`), as that of the draft does. */
export function useAttach(key: string): Attaching {
  const [list, setList] = useState(() => read(key));
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const uploads = useUploads();
  const change = (next: (before: Attachment[]) => Attachment[]) =>
    setList((before) => {
      const after = next(before);
      write(key, after);
      return after;
    });
  const one = async (file: File) => {
    const id = newKey();
    const at = (percent: number): Sending => ({ key: id, name: file.name, percent });
    setSending((all) => [...all, at(0)]);
    try {
      const stored = await uploads.send(id, file, (percent) =>
        setSending((all) => all.map((other) => (other.key === id ? at(percent) : other))),
      );
      change((all) => [...all, stored]);
      announce(files.done(file.name));
    } catch (error) {
      // A stopped one is not told as a failure.
      if (uploads.runs(id)) setFailure(failureText(file.name, error));
    }
    uploads.forget(id);
    setSending((all) => all.filter((other) => other.key !== id));
  };
  const add = (chosen: readonly File[]) => {
    const room = MOST_FILES - list.length - sending.length;
    const refusals = chosen.flatMap((file) => {
      const refusal = refusalOf(file, readable);
      return refusal === null ? [] : [words.refused(file.name, refusal)];
    });
    const fitting = chosen.filter((file) => refusalOf(file, readable) === null);
    if (fitting.length > room) refusals.push(words.tooMany(MOST_FILES));
    setFailure(refusals.length === 0 ? null : refusals.join(' '));
    for (const file of fitting.slice(0, room)) void one(file);
  };
  return {
    files: list,
    sending,
    failure,
    add,
    remove: (id) => change((all) => all.filter((file) => file.id !== id)),
    stop: uploads.stop,
    clear: () => change(() => []),
  };
}

function useUploads() {
  const queries = useQueryClient();
  const running = useRef(new Map<string, Upload>());
  // Whoever leaves the page does not wait for the files any more.
  useEffect(() => {
    const all = running.current;
    return () => {
      const left = [...all.values()];
      all.clear();
      for (const { stop } of left) stop();
    };
  }, []);
  return {
    send: async (key: string, file: File, progress: (percent: number) => void) => {
      const sent = upload(file, progress);
      running.current.set(key, sent);
      const { id, name, media_type, size } = await sent.stored;
      void queries.invalidateQueries({ queryKey: ['files'] });
      return { id, name, media_type, size };
    },
    runs: (key: string) => running.current.has(key),
    forget: (key: string) => running.current.delete(key),
    stop: (key: string) => {
      const sent = running.current.get(key);
      running.current.delete(key);
      sent?.stop();
    },
  };
}

function failureText(name: string, error: unknown): string {
  const told = error instanceof ApiProblem ? error.problem?.detail : undefined;
  return words.refused(name, told ?? files.errors.failed);
}

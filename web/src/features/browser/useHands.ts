/** The hands of the person in control: what they do goes to the page, what it shows comes back. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type BrowserPage, type Run, sendBrowserInput } from '../../api/gen';
import { call } from '../../api/problem';
import { runQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { type Input, InputQueue } from './input-queue';

export interface Hands {
  push: (event: Input) => void;
  /** What the browser has to say of the last act, as that a download was kept out. */
  notes: string[];
  error: unknown;
}

interface Told {
  notes: string[];
  error: unknown;
}

export function useHands(runId: string): Hands {
  const queries = useQueryClient();
  const [told, tell] = useState<Told>({ notes: [], error: null });
  const queue = useRef<InputQueue | null>(null);
  useEffect(() => {
    const arrived = ({ url, title, notes }: BrowserPage) => {
      queries.setQueryData<Run>(runQuery(runId).queryKey, (run) =>
        run?.browser ? { ...run, browser: { ...run.browser, url, title } } : run,
      );
      if (notes.length > 0) announce(notes.join(' '));
      tell({ notes, error: null });
    };
    const own = new InputQueue({
      send: (events) => call(sendBrowserInput({ path: { id: runId }, body: { events } })),
      arrived,
      failed: (error) => {
        tell({ notes: [], error });
        void queries.invalidateQueries({ queryKey: ['run', runId] });
      },
    });
    queue.current = own;
    return () => own.close();
  }, [runId, queries]);
  return { push: (event) => queue.current?.push(event), ...told };
}

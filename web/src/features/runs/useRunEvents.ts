/**
 * Listens to one run while it is at work. The stream says that a step began or ended by a new
 * `revision`; the run itself is then read again, so that what is shown is what the server keeps.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RunStateEvent } from '../../api/gen';

const REOPEN_MS = 2_000;

/** What the stream has told of a run since it was read. */
export interface RunNews {
  /** Calls before this one at the model; null: not known. */
  ahead: number | null;
  /** Used so far, for what is told while it works; null: not told. */
  used: string | null;
  /** Seconds of an open browser so far; null: not told. */
  seconds: number | null;
  /** How often the stream was opened: more than once after a lost connection. */
  opened: number;
}

const nothing: RunNews = { ahead: null, used: null, seconds: null, opened: 0 };

class RunEvents {
  private source: EventSource | null = null;
  private reopen: ReturnType<typeof setTimeout> | undefined;
  private revision: number | null = null;

  constructor(
    private readonly runId: string,
    private readonly tell: {
      opened: () => void;
      state: (state: RunStateEvent) => void;
      changed: () => void;
    },
  ) {}

  open(): void {
    const source = new EventSource(`/api/v1/runs/${encodeURIComponent(this.runId)}/events`);
    this.source = source;
    source.addEventListener('open', this.tell.opened);
    source.addEventListener('state', (event) => this.onState(event));
    source.addEventListener('finished', () => {
      this.close();
      this.tell.changed();
    });
    source.addEventListener('error', (event) => {
      // The server's own `error` event carries a problem and is the last one.
      if (event instanceof MessageEvent) this.close();
      else this.onLost();
    });
  }

  close(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.reopen);
  }

  private onState({ data }: MessageEvent<string>): void {
    const state = JSON.parse(data) as RunStateEvent;
    const { revision } = state;
    this.tell.state(state);
    // The first one may be newer than what was read, too: reading again costs nothing.
    if (revision === this.revision) return;
    this.revision = revision;
    this.tell.changed();
  }

  private onLost(): void {
    if (this.source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.reopen);
    this.reopen = setTimeout(() => this.open(), REOPEN_MS);
  }
}

/** `runId` null: nothing to listen to. */
export function useRunEvents(runId: string | null): RunNews {
  const queries = useQueryClient();
  const [heard, setHeard] = useState<{ runId: string; news: RunNews } | null>(null);
  useEffect(() => {
    if (runId === null) return undefined;
    const hear = (change: (news: RunNews) => RunNews) =>
      setHeard((last) => ({ runId, news: change(last?.runId === runId ? last.news : nothing) }));
    const events = new RunEvents(runId, {
      opened: () => hear((news) => ({ ...news, opened: news.opened + 1 })),
      state: ({ ahead, used, seconds }) =>
        hear(({ opened }) => ({ ahead: ahead ?? null, used, seconds, opened })),
      changed: () => {
        for (const noun of ['run', 'receipt']) {
          void queries.invalidateQueries({ queryKey: [noun, runId] });
        }
      },
    });
    events.open();
    return () => events.close();
  }, [runId, queries]);
  return heard !== null && heard.runId === runId ? heard.news : nothing;
}

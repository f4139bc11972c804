/**
 * Listens to one run while it is at work. The stream says that a step began or ended by a new
 * `revision`; the run itself is then read again, so that what is shown is what the server keeps.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { RunStateEvent } from '../../api/gen';

const REOPEN_MS = 2_000;

interface Heard {
  runId: string;
  ahead: number | null;
}

class RunEvents {
  private source: EventSource | null = null;
  private reopen: ReturnType<typeof setTimeout> | undefined;
  private revision: number | null = null;

  constructor(
    private readonly runId: string,
    private readonly tell: { ahead: (ahead: number | null) => void; changed: () => void },
  ) {}

  open(): void {
    const source = new EventSource(`/api/v1/runs/${encodeURIComponent(this.runId)}/events`);
    this.source = source;
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
    const { ahead, revision } = JSON.parse(data) as RunStateEvent;
    this.tell.ahead(ahead ?? null);
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

/** `runId` null: nothing to listen to. Gives how many calls are before this one at the model. */
export function useRunEvents(runId: string | null): number | null {
  const queries = useQueryClient();
  const [heard, setHeard] = useState<Heard | null>(null);
  useEffect(() => {
    if (runId === null) return undefined;
    const events = new RunEvents(runId, {
      ahead: (ahead) => setHeard({ runId, ahead }),
      changed: () => {
        for (const noun of ['run', 'receipt']) {
          void queries.invalidateQueries({ queryKey: [noun, runId] });
        }
      },
    });
    events.open();
    return () => events.close();
  }, [runId, queries]);
  return heard !== null && heard.runId === runId ? heard.ahead : null;
}

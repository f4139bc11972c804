/** Listens to one run until it has ended; the screen gets at most ten updates a second. */
import { useEffect, useState } from 'react';
import {
  emptyStream,
  reduceStream,
  rememberedStream,
  rememberStream,
  type StreamEvent,
  type StreamState,
} from './stream';

const FLUSH_MS = 100;
const REOPEN_MS = 2_000;

export interface LiveStream extends StreamState {
  connected: boolean;
}

class RunStream {
  private source: EventSource | null = null;
  private flush: ReturnType<typeof setTimeout> | undefined;
  private reopen: ReturnType<typeof setTimeout> | undefined;
  private state: StreamState;
  private connected = true;

  constructor(
    private readonly runId: string,
    private readonly show: (stream: LiveStream) => void,
  ) {
    this.state = rememberedStream(runId, sessionStorage);
  }

  open(): void {
    const { lastId } = this.state;
    const after = lastId > 0 ? `?last_event_id=${lastId}` : '';
    const source = new EventSource(`/api/v1/runs/${encodeURIComponent(this.runId)}/events${after}`);
    this.source = source;
    for (const type of ['state', 'delta', 'finished'] as const) {
      source.addEventListener(type, (event) => this.take(type, event));
    }
    source.addEventListener('open', () => this.setConnected(true));
    source.addEventListener('error', (event) => {
      // The server's own `error` event carries a problem; a lost connection carries nothing.
      if (event instanceof MessageEvent) this.take('error', event);
      else this.lost();
    });
  }

  close(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.flush);
    clearTimeout(this.reopen);
  }

  private take(type: StreamEvent['type'], { lastEventId, data }: MessageEvent<string>): void {
    const id = Number(lastEventId) || this.state.lastId + (type === 'delta' ? 1 : 0);
    const event = { id, type, data: JSON.parse(data) as unknown } as StreamEvent;
    this.state = reduceStream(this.state, event);
    rememberStream(this.runId, this.state, sessionStorage);
    if (this.state.finished || this.state.problem) this.source?.close();
    if (type === 'delta') this.flush ??= setTimeout(() => this.push(), FLUSH_MS);
    else this.push();
  }

  private lost(): void {
    this.setConnected(false);
    if (this.source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.reopen);
    this.reopen = setTimeout(() => this.open(), REOPEN_MS);
  }

  private setConnected(connected: boolean): void {
    if (this.connected === connected) return;
    this.connected = connected;
    this.push();
  }

  private push(): void {
    clearTimeout(this.flush);
    this.flush = undefined;
    this.show({ ...this.state, connected: this.connected });
  }
}

/** `runId` null: nothing (more) to listen to. One run for the life of the component. */
export function useRunStream(runId: string | null): LiveStream {
  const [stream, setStream] = useState<LiveStream>(() => ({
    ...(runId === null ? emptyStream : rememberedStream(runId, sessionStorage)),
    connected: true,
  }));
  useEffect(() => {
    if (runId === null) return undefined;
    const live = new RunStream(runId, setStream);
    live.open();
    return () => live.close();
  }, [runId]);
  return stream;
}

/**
 * What a person does in the browser, on its way to the page: in order, one request at a time.
 * What comes while one is on its way waits, and goes together with what else has come.
 */
import type { BrowserEventRequest, BrowserPage } from '../../api/gen';

export type Input = BrowserEventRequest;

/** Events of one request at most, and characters of one text. */
const BATCH = 20;
const TEXT = 2_000;

interface Way {
  send: (events: Input[]) => Promise<BrowserPage>;
  arrived: (page: BrowserPage) => void;
  /** The rest is given up: done on another page it could do harm. */
  failed: (error: unknown) => void;
}

export class InputQueue {
  private waiting: Input[] = [];
  private sending = false;
  private over = false;

  constructor(private readonly way: Way) {}

  push(event: Input): void {
    if (this.over) return;
    const last = this.waiting.at(-1);
    const joined = last === undefined ? null : join(last, event);
    if (joined === null) this.waiting.push(event);
    else this.waiting[this.waiting.length - 1] = joined;
    void this.go();
  }

  /** Nothing that waits is sent any more. */
  close(): void {
    this.over = true;
    this.waiting = [];
  }

  private async go(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length > 0) {
      const events = this.waiting.splice(0, BATCH);
      try {
        // One after the other is what this is for.
        // oxlint-disable-next-line no-await-in-loop
        const page = await this.way.send(events);
        if (!this.over) this.way.arrived(page);
      } catch (error) {
        this.waiting = [];
        if (!this.over) this.way.failed(error);
      }
    }
    this.sending = false;
  }
}

// Letters become words and turns of the wheel one long turn.
function join(last: Input, next: Input): Input | null {
  if (last.kind === 'text' && next.kind === 'text') {
    const text = last.text + next.text;
    return text.length <= TEXT ? { kind: 'text', text } : null;
  }
  if (last.kind === 'scroll' && next.kind === 'scroll' && last.x === next.x && last.y === next.y) {
    return { ...last, dx: last.dx + next.dx, dy: last.dy + next.dy };
  }
  return null;
}

/** A long text in pieces that may be sent. */
export function textsOf(text: string): Input[] {
  const pieces: Input[] = [];
  for (let from = 0; from < text.length; from += TEXT) {
    pieces.push({ kind: 'text', text: text.slice(from, from + TEXT) });
  }
  return pieces;
}

/**
 * The address of the live picture. Each opening needs a token of its own, which is asked for just
 * before; what does not open is tried again, ever more slowly. A window nobody sees shows none.
 */
import { createViewerToken } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

export interface Shown {
  /** Null: there is none now. */
  src: string | null;
  /** It did not open, and is tried again. */
  lost: boolean;
}

interface Tell {
  show: (shown: Shown) => void;
  /** The session is over, or not to be seen: the run should be read again. */
  over: () => void;
}

export class LiveSource {
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Which opening is meant; answers to earlier ones come too late. */
  private turn = 0;

  constructor(
    private readonly runId: string,
    private readonly tell: Tell,
  ) {}

  async open(): Promise<void> {
    clearTimeout(this.timer);
    this.turn += 1;
    const { turn } = this;
    try {
      const { token } = await call(createViewerToken({ path: { id: this.runId } }));
      if (turn !== this.turn) return;
      const id = encodeURIComponent(this.runId);
      const src = `/api/v1/runs/${id}/browser/live?token=${encodeURIComponent(token)}`;
      this.tell.show({ src, lost: false });
    } catch (error) {
      if (turn !== this.turn) return;
      if (isFinal(error)) {
        this.tell.show({ src: null, lost: false });
        this.tell.over();
      } else this.failed();
    }
  }

  /** The picture did not open. */
  failed(): void {
    this.tell.show({ src: null, lost: true });
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.tries);
    this.tries += 1;
    this.turn += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), wait);
  }

  /** The picture is there. */
  seen(): void {
    this.tries = 0;
  }

  close(): void {
    this.turn += 1;
    clearTimeout(this.timer);
    this.tell.show({ src: null, lost: false });
  }
}

// Trying again would not help: not there, not allowed, or over.
function isFinal(error: unknown): boolean {
  return error instanceof ApiProblem && [403, 404, 409].includes(error.status);
}

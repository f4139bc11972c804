/** What the test's browser lacks: event streams (driven by the tests), media queries, sizes. */
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { balanceStore } from '../src/credits/balance-store';

export class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static open: FakeEventSource[] = [];
  readyState = 1;

  constructor(readonly url: string) {
    super();
    FakeEventSource.open.push(this);
  }

  static at(path: string): FakeEventSource {
    const found = FakeEventSource.open.find(({ url }) => url.includes(path));
    if (!found) throw new Error(`no stream at ${path}`);
    return found;
  }

  send(type: string, data: unknown, id = ''): void {
    this.dispatchEvent(
      new MessageEvent(type, { data: JSON.stringify(data), lastEventId: String(id) }),
    );
  }

  close(): void {
    this.readyState = 2;
    FakeEventSource.open = FakeEventSource.open.filter((one) => one !== this);
  }
}

vi.stubGlobal('EventSource', FakeEventSource);
vi.stubGlobal('matchMedia', (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
window.scrollTo = () => undefined;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  balanceStore.clear();
  FakeEventSource.open = [];
});

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 8_000 });

afterEach(cleanup);

/**
 * The one event stream of the organization. It feeds the balance, the runs that are
 * at work, and tells cached lists that they are out of date. While it is down, the
 * balance is asked for every 30 seconds and marked as not live.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { Balance, RunPage, RunSummary } from '../api/gen';
import { creditsQuery, recentRunsQuery } from '../api/queries';
import { isEnded } from '../features/runs/states';
import { balanceStore } from './balance-store';

const POLL_MS = 30_000;
const REOPEN_MS = 5_000;
const HIDDEN_MS = 60_000;
const SETTLE_MS = 400;

export class OrgEvents {
  private source: EventSource | null = null;
  private poll: ReturnType<typeof setInterval> | undefined;
  private reopen: ReturnType<typeof setTimeout> | undefined;
  private hide: ReturnType<typeof setTimeout> | undefined;
  private refresh: ReturnType<typeof setTimeout> | undefined;
  private readonly stale = new Set<string>();

  constructor(private readonly queries: QueryClient) {}

  start(): void {
    document.addEventListener('visibilitychange', this.onVisibility);
    void this.ask();
    this.open();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    clearTimeout(this.hide);
    clearTimeout(this.refresh);
    this.close();
  }

  private open(): void {
    this.close();
    const source = new EventSource('/api/v1/events');
    this.source = source;
    source.addEventListener('open', this.onOpen);
    source.addEventListener('balance', this.onBalance);
    source.addEventListener('run', this.onRun);
    source.addEventListener('session', this.onSession);
    source.addEventListener('notice', this.onNotice);
    source.addEventListener('error', this.onError);
  }

  private close(): void {
    clearInterval(this.poll);
    clearTimeout(this.reopen);
    this.poll = undefined;
    this.source?.close();
    this.source = null;
  }

  private readonly onOpen = (): void => {
    clearInterval(this.poll);
    this.poll = undefined;
    balanceStore.connection('live');
    // What happened while nobody listened is read again: who one is and where, too.
    this.outdated('runs', 'notifications', 'me');
  };

  private readonly onBalance = (event: MessageEvent<string>): void => {
    const before = balanceStore.get().balance?.position;
    const balance = JSON.parse(event.data) as Balance;
    if (balanceStore.offer(balance, Date.now()) && balance.position !== before) {
      // Credits that come may set schedules going again.
      this.outdated('usage', 'billing', 'grants', 'activity', 'schedules', 'schedule');
    }
  };

  private readonly onRun = (event: MessageEvent<string>): void => {
    const run = JSON.parse(event.data) as RunSummary;
    this.queries.setQueryData<RunPage>(recentRunsQuery.queryKey, (page) => withRun(page, run));
    this.outdated('runs', 'run', 'sessions', 'session');
    if (run.kind === 'workflow') this.outdated('workflows');
    if (run.schedule_id !== null) this.outdated('schedules', 'schedule');
    if (isEnded(run.state)) this.outdated('receipt', 'messages');
  };

  private readonly onSession = (): void => this.outdated('sessions', 'session', 'messages');

  // What people are told of is about the team, or about a payment that brought no credits.
  private readonly onNotice = (): void =>
    this.outdated('notifications', 'members', 'invitations', 'me', 'billing', 'activity');

  private readonly onError = (): void => {
    balanceStore.connection('lost');
    this.poll ??= setInterval(() => void this.ask(), POLL_MS);
    if (this.source?.readyState !== EventSource.CLOSED) return;
    // Refused, not lost: asking tells at once when the login has ended.
    void this.ask();
    clearTimeout(this.reopen);
    this.reopen = setTimeout(() => this.open(), REOPEN_MS);
  };

  // A browser allows few connections to one host: a tab nobody sees gives its own back.
  private readonly onVisibility = (): void => {
    clearTimeout(this.hide);
    if (document.visibilityState === 'hidden') {
      this.hide = setTimeout(() => this.close(), HIDDEN_MS);
    } else if (this.source === null) {
      void this.ask();
      this.open();
    }
  };

  private async ask(): Promise<void> {
    try {
      const balance = await this.queries.fetchQuery({ ...creditsQuery, staleTime: 0 });
      balanceStore.offer(balance, Date.now());
    } catch {
      balanceStore.fail();
    }
  }

  // Many events may come at once; what they touch is read again once.
  private outdated(...nouns: string[]): void {
    for (const noun of nouns) this.stale.add(noun);
    this.refresh ??= setTimeout(() => {
      this.refresh = undefined;
      const all = [...this.stale];
      this.stale.clear();
      for (const noun of all) void this.queries.invalidateQueries({ queryKey: [noun] });
    }, SETTLE_MS);
  }
}

/** The page with `run` in it; a run that has ended never goes back to being at work. */
export function withRun(page: RunPage | undefined, run: RunSummary): RunPage {
  const old = page?.data ?? [];
  const known = old.find(({ id }) => id === run.id);
  if (known && isEnded(known.state) && !isEnded(run.state)) return { next_cursor: null, ...page, data: old };
  const data = known ? old.map((one) => (one.id === run.id ? run : one)) : [run, ...old];
  return { next_cursor: null, ...page, data };
}

/** What a person may do in a session, by the word that the server gives them for it. */
import type { Message, RunSummary, Session, SessionAccess } from '../../api/gen';
import { ApiProblem } from '../../api/problem';
import { useMe } from '../../ui/me';
import { useDirects, useRight } from '../../ui/rights';

export const accesses: readonly SessionAccess[] = ['view', 'edit', 'owner'];

/** Whether they may write in it; a right to start work is asked for beside it. */
export const writes = ({ access }: Pick<Session, 'access'>): boolean => access !== 'view';

/** Whether they may share and delete it. */
export const owns = ({ access }: Pick<Session, 'access'>): boolean => access === 'owner';

/** Whether it is their own, not one that somebody shares with them. */
export function useIsMine({ owner }: Pick<Session, 'owner'>): boolean {
  return useMe().user.id === owner.id;
}

/** Whether they may stop what is being written: their own, and everything in their session. */
export function useMayStop(session: Session, working: RunSummary | null): boolean {
  const works = useRight('start_work');
  const directs = useDirects(working?.started_by_id ?? '');
  return working !== null && (directs || (works && owns(session)));
}

/** Whether a session is not there for this person any more. */
export const isGone = (error: Error | null): boolean =>
  error instanceof ApiProblem && error.status === 404;

/** Who asked a question: who started the answer that comes next. */
export function askerOf(messages: readonly Message[], index: number): RunSummary | null {
  return messages[index + 1]?.run ?? null;
}

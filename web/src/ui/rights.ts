/** What the person may do here: the words of the server's table of rights, never the role. */
import type { ReactNode } from 'react';
import { useMe } from './me';

export type Right =
  | 'start_work'
  | 'see_all'
  | 'billing'
  | 'grant_billing'
  | 'manage_team'
  | 'profile'
  | 'own'
  | 'operate';

/** Whether the person may change, stop and resume what somebody made, where no flag says it. */
export function useDirects(maker: string): boolean {
  const { rights, user } = useMe();
  return rights.includes('start_work') && (rights.includes('see_all') || maker === user.id);
}

export function useRight(right: Right): boolean {
  return useMe().rights.includes(right);
}

/** What is there only for those who have a right. */
export function Only({ right, children }: { right: Right; children: ReactNode }): ReactNode {
  return useRight(right) ? children : null;
}

/** What the person may do here: the words of the server's table of rights, never the role. */
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

export function useRight(right: Right): boolean {
  return useMe().rights.includes(right);
}

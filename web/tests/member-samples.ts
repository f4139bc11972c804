/** Members of an organization as the server tells them. */
import type { Member } from '../src/api/gen';
import { me } from './samples';

/** Somebody of the organization; the owner unless told otherwise. */
export function member(change: Partial<Member> = {}): Member {
  return {
    user_id: 'usr_1',
    name: 'Mia Novak',
    email: 'mia@example.com',
    role: 'owner',
    billing_admin: false,
    billing_access: true,
    rights: me().rights.filter((right) => right !== 'operate'),
    joined_at: '2026-11-01T09:00:00Z',
    last_active_at: '2026-11-22T09:00:00Z',
    credits_this_period: '12.5',
    schedules: 0,
    can: { change_role: false, remove: false, mark_billing: false, transfer: false },
    ...change,
  };
}

/** The owner, and two members: Ben works, Vic only reads. */
export const members: Member[] = [
  member(),
  member({
    user_id: 'usr_2',
    name: 'Ben Carter',
    email: 'ben@example.com',
    role: 'member',
    billing_access: false,
    rights: ['start_work'],
  }),
  member({
    user_id: 'usr_3',
    name: 'Vic Lund',
    email: 'vic@example.com',
    role: 'viewer',
    billing_access: false,
    rights: [],
  }),
];

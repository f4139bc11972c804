/** Gives a member another role, or gives and takes the billing mark. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { changeMember, type ChangeMemberRequest } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { words } from './words';

interface Change {
  id: string;
  name: string;
  body: ChangeMemberRequest;
}

export interface ChangeMember {
  /** What is on its way to the server. */
  asked: Change | null;
  error: Error | null;
  send: (change: Change) => void;
}

export function useChangeMember(): ChangeMember {
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: ({ id, body }: Change) => call(changeMember({ path: { id }, body })),
    onSuccess: async (_, made) => {
      await queries.invalidateQueries({ queryKey: ['members'] });
      void queries.invalidateQueries({ queryKey: ['billing', 'admins'] });
      announce(said(made));
    },
    // Somebody else may have been first: what is shown is asked for anew.
    onError: () => queries.invalidateQueries({ queryKey: ['members'] }),
  });
  return {
    asked: change.isPending ? change.variables : null,
    error: change.error,
    send: change.mutate,
  };
}

function said({ name, body }: Change): string {
  if (body.role) return words.changed(name, words.roles[body.role]);
  return body.billing_admin ? words.marked(name) : words.unmarked(name);
}

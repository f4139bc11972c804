/** Asks once before somebody is removed. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Member, removeMember } from '../../api/gen';
import { call } from '../../api/problem';
import { announce } from '../../ui/announce';
import { RemoveDialog } from '../../ui/RemoveDialog';
import { words } from './words';

export function RemoveMember({ member, close }: { member: Member; close: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call(removeMember({ path: { id: member.user_id } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['members'] });
      announce(words.removed(member.name));
      close();
    },
  });
  return (
    <RemoveDialog
      title={words.removeTitle(member.name)}
      text={words.removeText}
      yes={words.removeYes}
      failed={words.failed}
      remove={remove}
      close={close}
    />
  );
}

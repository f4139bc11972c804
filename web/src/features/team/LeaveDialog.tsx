/** Asks once before this person leaves the organization. */
import { useMutation } from '@tanstack/react-query';
import { removeMember } from '../../api/gen';
import { call } from '../../api/problem';
import { afresh } from '../../ui/afresh';
import { useMe } from '../../ui/me';
import { RemoveDialog } from '../../ui/RemoveDialog';
import { words } from './words';

export function LeaveDialog({ close }: { close: () => void }) {
  const { user, organization } = useMe();
  const leave = useMutation({
    mutationFn: () => call(removeMember({ path: { id: user.id } })),
    onSuccess: () => afresh('/'),
  });
  return (
    <RemoveDialog
      title={words.leaveTitle(organization.name)}
      text={words.leaveText}
      yes={words.leaveYes}
      failed={words.failed}
      remove={leave}
      close={close}
    />
  );
}

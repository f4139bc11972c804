/** Putting a text into the draft of a new session: nothing is sent, what was there stays. */
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { useDraft } from '../sessions/draft';

export function useHandOver(): { agent: string; handOver: (text: string) => void } {
  const { user } = useMe();
  const { agent_name: agent } = useInstance();
  const [draft, setDraft] = useDraft(`${user.id}.home`);
  return {
    agent,
    handOver: (text) => setDraft(draft.trim() === '' ? text : `${draft.trimEnd()}\n\n${text}`),
  };
}

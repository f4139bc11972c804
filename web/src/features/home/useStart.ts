/** Starting a session with its first message. A refused message leaves no empty session behind. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { createSession, deleteSession, type SendMessageRequest, sendMessage } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { ApiProblem, call, outOfCredits } from '../../api/problem';
import { messagesQuery, sessionQuery } from '../../api/queries';
import type { Gate } from '../sessions/gate';
import { withSent } from '../sessions/useSend';

export function useStart(gate: Gate) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const intent = useIntent();
  // Kept when the answer never came: the same message is then sent into the same session.
  const session = useRef<string | null>(null);
  const mutation = useMutation({
    mutationFn: async (body: SendMessageRequest) => {
      const created = session.current === null ? await call(createSession({ body: {} })) : null;
      if (created) {
        queries.setQueryData(sessionQuery(created.id).queryKey, { ...created, files: [] });
      }
      const id = created?.id ?? session.current ?? '';
      session.current = id;
      const headers = { 'Idempotency-Key': intent.keyFor(JSON.stringify(body)) };
      const sent = await call(sendMessage({ path: { id }, body, headers }));
      return { id, sent };
    },
    onSuccess: ({ id, sent }) => {
      intent.done();
      session.current = null;
      queries.setQueryData(messagesQuery(id).queryKey, withSent(undefined, sent));
      void queries.invalidateQueries({ queryKey: ['sessions'] });
      void navigate({ to: '/sessions/$sessionId', params: { sessionId: id } });
    },
    onError: (error) => {
      const problem = outOfCredits(error);
      if (problem) gate.refuse(problem);
      if (wasRefused(error) && session.current !== null) {
        void deleteSession({ path: { id: session.current } });
        session.current = null;
      }
    },
  });
  return {
    send: (body: SendMessageRequest, sent: () => void) =>
      mutation.mutate(body, { onSuccess: sent }),
    sending: mutation.isPending,
    failure: mutation.error && !outOfCredits(mutation.error) ? mutation.error : null,
  };
}

// A refusal is certain to have changed nothing; a lost connection or a 5xx is not.
function wasRefused(error: unknown): boolean {
  return error instanceof ApiProblem && error.status >= 400 && error.status < 500;
}

/** Sending one message of a session: one key per intent, refusals go to the gate. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type MessageList, type SendMessageRequest, type SendMessageResult, sendMessage } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { call, outOfCredits } from '../../api/problem';
import { messagesQuery } from '../../api/queries';
import type { Gate } from './gate';

export function useSend(sessionId: string, gate: Gate) {
  const queries = useQueryClient();
  const intent = useIntent();
  return useMutation({
    mutationFn: (body: SendMessageRequest) =>
      call(
        sendMessage({
          path: { id: sessionId },
          body,
          headers: { 'Idempotency-Key': intent.keyFor(JSON.stringify(body)) },
        }),
      ),
    onSuccess: (result) => {
      intent.done();
      queries.setQueryData<MessageList>(messagesQuery(sessionId).queryKey, (list) =>
        withSent(list, result),
      );
      void queries.invalidateQueries({ queryKey: ['session', sessionId] });
      void queries.invalidateQueries({ queryKey: ['runs'] });
    },
    onError: (error) => {
      const problem = outOfCredits(error);
      if (problem) gate.refuse(problem);
    },
  });
}

/** The list with both new messages at its end, each once. */
export function withSent(list: MessageList | undefined, sent: SendMessageResult): MessageList {
  const added = [sent.user_message, sent.answer];
  const kept = (list?.data ?? []).filter(({ id }) => added.every((one) => one.id !== id));
  const known = list?.data.some(({ id }) => id === sent.user_message.id) ?? false;
  // A retry answers a message that is already there: only the new answer goes to the end.
  if (known && list) {
    return { ...list, data: [...list.data.filter(({ id }) => id !== sent.answer.id), sent.answer] };
  }
  return { data: [...kept, ...added] };
}

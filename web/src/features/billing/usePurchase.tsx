/** One purchase: asked for once, whatever happens on the way, and then followed where it leads. */
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type Checkout, createCheckout, type CreateCheckoutRequest } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { ApiProblem, call } from '../../api/problem';
import { useGo } from '../../ui/go';
import { Failure } from '../../ui/Remote';
import { buyWords as words } from './buy-words';

export type Purchase = UseMutationResult<Checkout, Error, CreateCheckoutRequest>;

export function usePurchase(): Purchase {
  const intent = useIntent();
  const navigate = useNavigate();
  const go = useGo();
  return useMutation({
    mutationFn: (body: CreateCheckoutRequest) =>
      call(
        createCheckout({
          body,
          headers: { 'Idempotency-Key': intent.keyFor(JSON.stringify(body)) },
        }),
      ),
    onSuccess: ({ id, url }, { pay_with: with_ }) => {
      intent.done();
      if (with_ === 'checkout' && url !== null) go(url);
      else void navigate({ to: '/billing', search: { checkout: id } });
    },
    onError: (error) => {
      // A decline is an answer: paying again, even with the same card, is a new attempt.
      if (error instanceof ApiProblem && error.status === 402) intent.done();
    },
  });
}

export function PayFailure({ purchase: { error } }: { purchase: Purchase }) {
  if (!error) return null;
  const declined = error instanceof ApiProblem && error.status === 402;
  return <Failure text={declined ? words.declined : words.failed} error={error} />;
}

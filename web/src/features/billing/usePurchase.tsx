/** One purchase: asked for once, whatever happens on the way, and then followed where it leads. */
import { Group } from '@mantine/core';
import { useMutation, type UseMutationResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type Checkout, createCheckout, type CreateCheckoutRequest } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { ApiProblem, call } from '../../api/problem';
import { billingQuery, packsQuery } from '../../api/queries';
import { BillingAction } from '../../credits/BillingAction';
import { useGo } from '../../ui/go';
import { Failure } from '../../ui/Remote';
import { buyWords as words } from './buy-words';

export type Purchase = UseMutationResult<Checkout, Error, CreateCheckoutRequest>;

export function usePurchase(): Purchase {
  const intent = useIntent();
  const navigate = useNavigate();
  const go = useGo();
  const queries = useQueryClient();
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
      // The prices on screen are old, or buying is not offered any more.
      if (error instanceof ApiProblem && error.status === 409) {
        void queries.invalidateQueries({ queryKey: packsQuery.queryKey });
        void queries.invalidateQueries({ queryKey: billingQuery.queryKey });
      }
    },
  });
}

export function PayFailure({ purchase: { error } }: { purchase: Purchase }) {
  const { data: billing } = useQuery(billingQuery);
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : null;
  const declined = problem?.status === 402;
  const dearer = problem?.code === 'purchase_not_confirmed';
  const text = declined ? words.declined : dearer ? words.priceChanged : words.failed;
  const first = problem?.problem?.resolutions?.[0]?.action;
  return (
    <>
      <Failure text={text} error={error} />
      {first && billing ? (
        <Group>
          <BillingAction action={first} billing={billing} />
        </Group>
      ) : null}
    </>
  );
}

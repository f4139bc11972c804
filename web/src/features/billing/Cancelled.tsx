/** Back from a payment page without having paid: where one was, with the values one had. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { checkoutQuery } from '../../api/queries';
import { Confirming } from './Confirming';

export function Cancelled({ checkoutId }: { checkoutId: string }) {
  const { data } = useQuery({ ...checkoutQuery(checkoutId), refetchOnMount: 'always' });
  const navigate = useNavigate();
  // Paid in another tab, or at the bank: that is told instead.
  const unpaid = data !== undefined && data.state !== 'granted' && data.state !== 'confirmation_needed';
  const kind = unpaid ? data.kind : undefined;
  const credits = data?.credits ?? undefined;
  useEffect(() => {
    if (kind === 'plan') void navigate({ to: '/plans', search: { unpaid: 1 }, replace: true });
    if (kind === 'credits') {
      void navigate({ to: '/billing', search: { buy: 1, credits }, replace: true });
    }
  }, [kind, credits, navigate]);
  return data === undefined || unpaid ? null : <Confirming checkoutId={checkoutId} />;
}

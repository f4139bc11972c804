/**
 * One of the server's `actions[]` as a button: the same in the banner, on Billing and where credits
 * are missing. What the server does not list is never drawn.
 */
import { Button, type ButtonProps } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Billing, openPortal, resumePlan, undoChange } from '../api/gen';
import { call } from '../api/problem';
import { billingQuery } from '../api/queries';
import { announce } from '../ui/announce';
import { useGo } from '../ui/go';
import { ButtonTo } from '../ui/LinkTo';
import { Failure } from '../ui/Remote';
import { words } from './words';

type Named = keyof typeof words.actions;
type Act = 'resume_plan' | 'undo_change' | 'update_card' | 'manage_portal';

const acts: readonly string[] = ['resume_plan', 'undo_change', 'update_card', 'manage_portal'];

const isNamed = (action: string): action is Named => action in words.actions;
const isAct = (action: string): action is Act => acts.includes(action);

interface Props extends ButtonProps {
  action: string;
  billing: Billing;
}

export function BillingAction({ action, billing, ...look }: Props) {
  if (!isNamed(action) || !billing.actions.includes(action)) return null;
  if (isAct(action)) return <ActButton action={action} {...look} />;
  if (action === 'confirm_payment') {
    if (billing.confirm_url === null) return null;
    return (
      <Button component="a" href={billing.confirm_url} {...look}>
        {words.actions[action]}
      </Button>
    );
  }
  return (
    <ButtonTo {...addressOf(action, billing)} {...look}>
      {words.actions[action]}
    </ButtonTo>
  );
}

function addressOf(action: Named, { plan }: Billing) {
  if (action === 'buy_credits') return { to: '/billing', search: { buy: 1 } } as const;
  if (action === 'cancel_plan') return { to: '/billing/cancel' } as const;
  if (plan && action === 'switch_to_annual') {
    return { to: '/plans', search: { cadence: 'annual', choose: plan.id } } as const;
  }
  if (plan && action === 'restart_plan') {
    return { to: '/plans', search: { cadence: plan.cadence, choose: plan.id } } as const;
  }
  return { to: '/plans', search: {} } as const;
}

function ActButton({ action, ...look }: ButtonProps & { action: Act }) {
  const queries = useQueryClient();
  const go = useGo();
  const act = useMutation({
    mutationFn: async () => {
      if (action === 'resume_plan') return told(await call(resumePlan()), words.resumed);
      if (action === 'undo_change') return told(await call(undoChange()), words.undone);
      const flow = action === 'update_card' ? 'card' : 'overview';
      go((await call(openPortal({ body: { flow } }))).url);
      return null;
    },
  });
  const told = (billing: Billing, text: string) => {
    queries.setQueryData(billingQuery.queryKey, billing);
    announce(text);
    // What became of it is shown by more than this page: the balance, the activity.
    void queries.invalidateQueries({ queryKey: ['billing'], refetchType: 'active' });
    return null;
  };
  return (
    <>
      <Button loading={act.isPending} onClick={() => act.mutate()} {...look}>
        {words.actions[action]}
      </Button>
      {act.error ? <Failure text={words.actionFailed} error={act.error} /> : null}
    </>
  );
}

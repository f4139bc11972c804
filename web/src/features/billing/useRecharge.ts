/** Saving auto-recharge: all or nothing, and never a purchase that was not agreed to. */
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { type AutoRecharge, setAutoRecharge } from '../../api/gen';
import { ApiProblem, call, fieldErrors } from '../../api/problem';
import { autoRechargeQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { mistakesOf, requestOf, type Values, valuesOf } from './recharge';
import { rechargeWords as words } from './recharge-words';

/** In the order in which they stand on screen. */
const fields = ['enabled', 'reconfirm_card', 'threshold', 'amount', 'monthly_limit'] as const;

export interface RechargeForm {
  form: UseFormReturnType<Values>;
  submit: (event: FormEvent<HTMLFormElement>) => void;
  busy: boolean;
  /** Belongs to no field. */
  failure: Error | null;
  /** Saving would buy at once: what, and for how much, in the server's words. */
  wouldBuy: string | null;
  /** Saves and agrees to that purchase. */
  agree: () => void;
  /** Goes back to the values. */
  refuse: () => void;
}

export function useRecharge(recharge: AutoRecharge, saved: () => void): RechargeForm {
  const queries = useQueryClient();
  const form = useForm<Values>({ initialValues: valuesOf(recharge) });
  const show = (errors: Record<string, string>) => {
    form.setErrors(errors);
    const first = fields.find((field) => field in errors);
    if (first) form.getInputNode(first)?.focus();
  };
  const save = useMutation({
    mutationFn: (confirmed: boolean) =>
      call(setAutoRecharge({ body: requestOf(form.values, confirmed) })),
    onSuccess: (next) => {
      queries.setQueryData(autoRechargeQuery.queryKey, next);
      announce(words.saved);
      saved();
    },
    onError: (error) => show(fieldErrors(error, fields)),
  });
  const wouldBuy = wouldBuyOf(save.error);
  const atFields = Object.keys(fieldErrors(save.error, fields)).length > 0;
  return {
    form,
    submit: (event) => {
      event.preventDefault();
      const mistakes = mistakesOf(form.values);
      show(mistakes);
      if (Object.keys(mistakes).length === 0) save.mutate(false);
    },
    busy: save.isPending,
    failure: atFields || wouldBuy ? null : save.error,
    wouldBuy,
    agree: () => save.mutate(true),
    refuse: () => save.reset(),
  };
}

function wouldBuyOf(error: Error | null): string | null {
  if (!(error instanceof ApiProblem) || error.code !== 'purchase_not_confirmed') return null;
  return error.message;
}

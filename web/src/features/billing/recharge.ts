/** The settings of auto-recharge while they are written: what they come to, and what is wrong. */
import type { AutoRecharge, Money, SetAutoRechargeRequest } from '../../api/gen';
import { covers, timesIn } from '../../credits/amount';
import { rechargeWords as words } from './recharge-words';

export interface Values extends Record<string, unknown> {
  enabled: boolean;
  threshold: string;
  amount: string;
  monthly_limit: string;
  reconfirm_card: boolean;
}

/** As it is kept; nothing is ticked, and no limit proposed, that a person did not choose. */
export function valuesOf(recharge: AutoRecharge): Values {
  return {
    enabled: recharge.enabled,
    threshold: recharge.threshold,
    amount: recharge.amount,
    monthly_limit: recharge.monthly_limit ?? '',
    reconfirm_card: false,
  };
}

export function limitOf(values: Values): string {
  return values.monthly_limit.replaceAll(/[\s,]/g, '');
}

/** What is wrong, by field; the server looks again. */
export function mistakesOf(values: Values): Record<string, string> {
  const limit = limitOf(values);
  if (limit === '') return values.enabled ? { monthly_limit: words.limitMissing } : {};
  if (!/^\d{1,12}$/.test(limit)) return { monthly_limit: words.limitWrong };
  if (!covers(limit, values.amount)) return { monthly_limit: words.limitLow(values.amount) };
  return {};
}

/** The most that a month can cost with these values, at the server's price of one purchase. */
export function atMost(values: Values, recharge: AutoRecharge): Money | null {
  const one = recharge.options.amounts.find(({ credits }) => credits === values.amount);
  const limit = limitOf(values);
  if (!one || !/^\d{1,12}$/.test(limit)) return null;
  const times = timesIn(limit, one.credits);
  return { amount: times * one.price.amount, currency: one.price.currency };
}

/** All of it, or nothing. */
export function requestOf(values: Values, confirmed: boolean): SetAutoRechargeRequest {
  const limit = limitOf(values);
  return {
    enabled: values.enabled,
    threshold: values.threshold,
    amount: values.amount,
    monthly_limit: limit === '' ? null : limit,
    ...(values.reconfirm_card ? { reconfirm_card: true } : {}),
    ...(confirmed ? { confirm_purchase: true } : {}),
  };
}

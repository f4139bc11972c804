/**
 * Which one banner stands under the header. The first that holds is shown: a payment that the bank
 * wants confirmed, past due, paused at zero, auto-recharge off, ending or locked, low; and on
 * Billing itself whatever else there is to say about the plan.
 */
import type { AutoRecharge, Balance, Billing, BillingState } from '../../api/gen';

export type BannerKind = 'plan' | 'recharge' | 'paused' | 'low';

export interface Known {
  balance: Balance | null;
  billing: Billing | undefined;
  recharge: AutoRecharge | undefined;
  /** Low was hidden since the last crossing. */
  hidden: boolean;
  /** The screen is Billing. */
  onBilling: boolean;
}

export function bannerFor(known: Known): BannerKind | null {
  const { balance, billing, recharge, hidden, onBilling } = known;
  const says = (...states: BillingState[]) =>
    billing?.banner != null && states.includes(billing.banner.kind);
  // While all is well with a plan only its bank has something to say.
  const bank = billing?.banner?.action === 'confirm_payment';
  if (bank || says('incomplete', 'active')) return 'plan';
  if (recharge?.state === 'needs_confirmation') return 'recharge';
  if (says('past_due', 'unpaid')) return 'plan';
  if (balance?.state === 'paused') return 'paused';
  if (recharge?.state === 'off_after_declines') return 'recharge';
  if (says('ending', 'ended')) return 'plan';
  if (balance?.state === 'low' && !hidden) return 'low';
  return onBilling && billing?.banner ? 'plan' : null;
}

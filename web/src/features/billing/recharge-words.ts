import type { RechargeState } from '../../api/gen';
import { creditsText, formatCredits } from '../../credits/amount';

export const rechargeWords = {
  title: 'Auto-recharge',
  what: 'Auto-recharge',
  states: {
    off: 'Off',
    on: 'On',
    running: 'Buying credits now',
    last_failed: 'On, last payment failed',
    off_after_declines: 'Off after three declines',
    limit_reached: 'Limit of the month reached',
    needs_confirmation: 'Your bank wants you to confirm',
    off_no_plan: 'Off: no active plan',
  } satisfies Record<RechargeState, string>,
  nextTry: 'Next try',
  thisMonth: 'Bought this month',
  ofLimit: (bought: string, limit: string | null) =>
    limit === null ? creditsText(bought) : `${formatCredits(bought)} of ${creditsText(limit)}`,
  open: 'Change auto-recharge',
  close: 'Close',
  toBank: 'Confirm payment',
  needsPlan: 'Auto-recharge works while a plan is active.',
  addCard: 'Add a card first.',
  enabled: 'Buy credits by itself when few are left',
  threshold: 'When fewer than',
  amount: 'Buy each time',
  amountChoice: (credits: string, price: string) => `${creditsText(credits)} for ${price}`,
  limit: 'At most in a month, in credits',
  limitHint: 'Required. It is never passed, by not one credit. Months are counted in UTC.',
  limitMissing: 'Give the most credits it may buy in a month.',
  limitWrong: 'Give a whole number of credits.',
  limitLow: (amount: string) =>
    `Give at least ${formatCredits(amount)}, or nothing could ever be bought.`,
  atMost: (money: string) => `At most ${money} a month.`,
  below: 'Recommended: a threshold below the amount, so that one purchase is enough.',
  reconfirm: (card: string) => `Use ${card} again, although it was declined`,
  save: 'Save',
  saved: 'Saved.',
  failed: 'Nothing was changed.',
  buyTitle: 'Buy credits now?',
  saveAndBuy: 'Save and buy',
};

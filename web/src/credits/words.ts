/** How credits are spoken of, everywhere. */
import { creditsText } from './amount';

export const words = {
  low: (amount: string) => `${amount}, low`,
  paused: (amount: string) => `${amount}, paused`,
  purchasedOnly: (amount: string) => `${amount}, purchased`,
  locked: (amount: string) => `${amount}, locked`,
  recharging: (amount: string) => `${amount}, adding more`,
  badgeLabel: (text: string) => `Credits: ${text}. Show details`,
  stale: (time: string) => `Showing the balance from ${time}. Reconnecting…`,
  unknown: 'The balance could not be read. It is asked for again by itself.',
  available: 'Available',
  total: 'Total',
  included: 'Included',
  includedOf: (left: string, granted: string) => `${left} of ${granted}`,
  purchased: 'Purchased',
  held: 'Held by running work',
  outstanding: 'Outstanding, paid from the next credits',
  lockedCredits: 'Locked until a plan is restarted',
  frozenCredits: 'Frozen while a payment is disputed',
  refreshOn: (day: string) => `refresh on ${day}`,
  until: (day: string) => `until ${day}`,
  firstToExpire: (amount: string, day: string) => `first to expire: ${amount} on ${day}`,
  noneIncluded: 'none at present',
  poolOf: (organization: string) => `The pool of ${organization}`,
  toBilling: 'Billing',
  toUsage: 'Usage',
  howItWorks: 'How credits work',
  out: {
    title: 'Not enough credits',
    titlePaused: 'AI runs are paused: no credits left',
    titleTooFew: (amount: string) => `AI runs are paused: only ${amount} available`,
    needs: (needed: string, available: string) =>
      `This needs a hold of ${needed} credits; ${available} are available.`,
    draft: 'You can write and save a draft. Sending starts again when credits are available.',
    held: (amount: string) =>
      `${amount} credits are held by running work; what it does not use comes back when it ends.`,
    stillWorks:
      'Everything you made stays open: sessions, results, receipts, usage, billing and settings.',
    youCan: 'You can add credits now; they are spendable at once.',
    theyCan: (names: string) => `${names} can add credits.`,
    theyCanRestart: (names: string) => `${names} can restart the plan.`,
    theyCanPay: (names: string) => `${names} can see to the payment.`,
    nobody: 'Nobody in this organization can add credits at present.',
    refresh: (day: string) => `Credits are refreshed on ${day}.`,
    buy: 'Buy credits',
    titleLocked: (amount: string) => `AI runs are paused: ${amount} locked`,
    titleNoPlan: 'AI runs are paused: the plan is not paid',
    titleRecharging: 'Adding credits…',
    recharging: 'Auto-recharge is buying credits. Runs start again as soon as they are in the pool.',
  },
  ask: {
    them: 'Ask them',
    asked: (names: string) => `${names} got a message.`,
    again: (moment: string) => `You can ask again from ${moment} on.`,
    failed: 'They could not be asked.',
  },
  actions: {
    choose_plan: 'Choose plan',
    change_plan: 'Change plan',
    switch_to_annual: 'Switch to annual',
    cancel_plan: 'Cancel plan',
    resume_plan: 'Resume plan',
    restart_plan: 'Restart plan',
    undo_change: 'Undo change',
    update_card: 'Update card',
    confirm_payment: 'Confirm payment',
    manage_portal: 'Manage payment details',
    buy_credits: 'Buy credits',
  },
  actionFailed: 'That did not work.',
  resumed: 'The plan goes on.',
  undone: 'The change is undone.',
  banner: {
    open: 'Everything you made stays open.',
    again: 'Runs start again when credits are added.',
    againOn: (day: string) => `Runs start again when credits are added or on ${day}.`,
    low: (amount: string) => `${amount} left.`,
    lowBuy: 'Buy credits so that work does not pause.',
    dismiss: 'Hide',
    toRecharge: 'Open auto-recharge',
  },
  sandbox: 'Sandbox payments: test cards only, no money moves',
};

/** Paused at zero, or with a rest that is too small for any run. */
export function pausedTitle(available: string): string {
  return available === '0' ? words.out.titlePaused : words.out.titleTooFew(creditsText(available));
}

/** `Ana`, `Ana or Ben`, `Ana, Ben or Cleo`. */
export function anyOf(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(names);
}

/** `Ana`, `Ana and Ben`, `Ana, Ben and Cleo`. */
export function allOf(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names);
}

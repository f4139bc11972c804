export const checkoutWords = {
  title: 'Sandbox checkout',
  lead: 'A stand-in for a payment page. Test cards only: no money moves, on any card.',
  what: 'The purchase',
  order: 'Your purchase',
  item: 'What',
  expires: 'Expire on',
  total: 'Total',
  card: 'Pay with a test card',
  cardsWhat: 'The test cards',
  pay: (price: string) => `Pay ${price}`,
  back: 'Back to Billing',
  unpaid: 'The payment did not go through.',
  done: 'This purchase is already paid.',
  over: 'This page can no longer be paid on. Nothing was charged.',
};

export const cardWords = {
  title: 'Sandbox card',
  lead: 'A stand-in for a provider’s own page. The card that you choose here pays from now on; no money moves.',
  card: 'Choose a test card',
  yes: 'Save this card',
  refused: 'This card cannot be saved. Choose another one.',
  failed: 'The card was not saved.',
  saved: 'The card is saved.',
};

export const bankWords = {
  title: 'Sandbox bank',
  lead: 'A stand-in for your bank’s own page. No money moves.',
  what: 'The payment',
  question: 'Is this payment yours?',
  item: 'For',
  amount: 'Amount',
  yes: 'Confirm',
  no: 'Refuse',
  failed: 'The bank did not take this answer.',
  done: 'Nothing is waiting for you here any more.',
  confirmed: 'Payment confirmed.',
  refused: 'Payment refused.',
};

export const receiptWords = {
  title: 'Receipt',
  lead: 'From the built-in sandbox: no money moved.',
  what: 'The receipt',
  number: 'Number',
  payer: 'Paid by',
  asked: 'Asked for on',
  paid: 'Paid on',
  notPaid: 'Not paid',
  lines: 'What it is for',
  columns: { text: 'What', period: 'Period', amount: 'Amount' },
  total: 'Total',
  refunded: 'Refunded',
  print: 'Print',
  period: (from: string, until: string) => `${from} to ${until}`,
};

export const clockWords = {
  title: 'Sandbox clock',
  lead: 'To see renewals, expiries and declines without waiting.',
  warning:
    'This moves the whole installation forward, for everybody: plans renew, credits expire, schedules run, logins end. It never goes back.',
  now: (moment: string, zone: string) => `It is ${moment} (${zone}).`,
  to: 'Move to',
  hint: (zone: string) => `In the zone of the organization, ${zone}.`,
  move: 'Move the clock…',
  confirmTitle: 'Move the clock?',
  yes: (moment: string) => `Move to ${moment}`,
  wrong: 'Give a day and a time that are still to come.',
  failed: 'The clock was not moved.',
  moved: (moment: string) => `It is ${moment} now.`,
};

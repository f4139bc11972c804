import { creditsText, formatCredits } from '../../credits/amount';

export const buyWords = {
  title: 'Buy credits',
  lead: (purchased: string) =>
    `Added to your ${formatCredits(purchased)} purchased credits the moment the payment is confirmed. One-time purchase, nothing renews.`,
  expires: (day: string) => `What you buy today expires on ${day}.`,
  packs: 'Packs',
  packsWhat: 'The packs',
  pack: (credits: string) => creditsText(credits),
  perThousand: (price: string) => `${price} per 1,000`,
  lifetime: (months: number) => `usable for ${months} months`,
  custom: 'Another amount',
  customHint: (min: string, max: string, step: string) =>
    `${formatCredits(min)} to ${formatCredits(max)} in steps of ${formatCredits(step)}`,
  customLabel: 'Credits',
  customWrong: (min: string, max: string, step: string) =>
    `Give an amount from ${formatCredits(min)} to ${formatCredits(max)}, in steps of ${formatCredits(step)}.`,
  payWith: 'Pay with',
  savedCard: (card: string) => `Saved card: ${card}`,
  anotherCard: 'Another card, on the payment page',
  toCheckout: (price: string) => `Continue to pay ${price}`,
  toCheckoutBare: 'Continue to pay',
  review: 'Please check before paying',
  total: 'Total',
  afterwards: 'Added to',
  afterwardsValue: (purchased: string) => `${formatCredits(purchased)} purchased credits`,
  expiresOn: 'Expire on',
  card: 'Card',
  back: 'Back',
  pay: (price: string) => `Pay ${price}`,
  failed: 'That did not work.',
  priceChanged: 'The price has changed. Nothing was paid. Please look at the new price:',
  declined: 'The card was declined. Nothing was charged.',
};

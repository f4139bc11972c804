/** What the dialog of buying holds, and what it comes to at the server's prices. */
import type { CreateCheckoutRequest, Money, PackList } from '../../api/gen';
import { covers, priceAt, timesIn } from '../../credits/amount';

export const CUSTOM = 'custom';

export interface Choice {
  /** A pack's id, or an amount of one's own. */
  pack: string;
  /** What was typed as the amount. */
  custom: string;
}

export interface Order {
  credits: string;
  price: Money;
  body: CreateCheckoutRequest;
}

/** Where the dialog begins: with the values of a purchase that was left, or with the first pack. */
export function beginning({ data }: PackList, credits: string | undefined): Choice {
  if (credits === undefined) return { pack: data[0]?.id ?? CUSTOM, custom: '' };
  const pack = data.find((one) => one.credits === credits);
  return pack ? { pack: pack.id, custom: '' } : { pack: CUSTOM, custom: credits };
}

/** What would be bought; null while the amount is not one that is sold. */
export function orderOf(choice: Choice, packs: PackList): Order | null {
  const pack = packs.data.find(({ id }) => id === choice.pack);
  if (pack) return { credits: pack.credits, price: pack.price, body: { pack_id: pack.id } };
  const credits = choice.custom.replaceAll(/[\s,]/g, '');
  const perThousand = perThousandOf(credits, packs);
  if (perThousand === null) return null;
  return { credits, price: priceAt(credits, perThousand), body: { credits } };
}

/** The price of a thousand at an amount of one's own; null where it is not sold. */
export function perThousandOf(credits: string, { custom }: PackList): Money | null {
  const { min, max, step, tiers } = custom;
  if (!/^\d{1,9}$/.test(credits) || !covers(credits, min) || !covers(max, credits)) return null;
  if (timesIn(credits, step) * Number(step) !== Number(credits)) return null;
  return tiers.findLast(({ from }) => covers(credits, from))?.per_thousand ?? null;
}

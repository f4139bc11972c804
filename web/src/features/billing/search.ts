/** The addresses of Billing and Plans: what may stand behind the question mark. */
import type { ActivityType, Cadence } from '../../api/gen';

/** As the filter lists them. */
export const activityTypes: readonly ActivityType[] = [
  'trial',
  'plan',
  'upgrade',
  'purchase',
  'recharge',
  'declined',
  'refund',
  'dispute',
  'adjustment',
  'expiry',
  'locked',
  'unlocked',
];

type Search = Record<string, unknown>;

export interface BillingSearch {
  /** The dialog of buying is open. */
  buy?: 1 | undefined;
  /** With this amount. */
  credits?: string | undefined;
  /** Back from this payment page. */
  checkout?: string | undefined;
  /** Without having paid there. */
  cancelled?: 1 | undefined;
  /** Activity of this type only. */
  type?: ActivityType | undefined;
}

export interface PlansSearch {
  cadence?: Cadence | undefined;
  /** This plan's preview is open. */
  choose?: string | undefined;
  /** Back from a payment page without having paid. */
  unpaid?: 1 | undefined;
}

export function readBillingSearch(search: Search): BillingSearch {
  const type = text(search['type']);
  return {
    buy: flag(search['buy']),
    credits: digits(search['credits']),
    checkout: text(search['checkout']),
    cancelled: flag(search['cancelled']),
    type: isActivityType(type) ? type : undefined,
  };
}

export function readPlansSearch(search: Search): PlansSearch {
  const cadence = search['cadence'];
  return {
    cadence: cadence === 'monthly' || cadence === 'annual' ? cadence : undefined,
    choose: text(search['choose']),
    unpaid: flag(search['unpaid']),
  };
}

export function isActivityType(value: string | undefined): value is ActivityType {
  return activityTypes.some((type) => type === value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

// The router reads a bare number in an address as a number.
function digits(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : text(value);
  return written !== undefined && /^\d+$/.test(written) ? written : undefined;
}

function flag(value: unknown): 1 | undefined {
  return value === undefined ? undefined : 1;
}

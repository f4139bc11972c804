/**
 * Listens to what the screen reads anyway (balance, plan, the newest notifications) and tells
 * what of it is news of money. What was there when the screen was opened is no news, and neither
 * is what this person has just done where they look.
 */
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Balance, Billing } from '../../api/gen';
import { billingQuery, unreadQuery } from '../../api/queries';
import { useBalance } from '../../credits/balance-store';
import { addedOf, freshOf, planOf, type Toast, toastOf, withToast } from './news';

/** Screens on which people buy, pay and change the plan. */
const SCREENS = ['/billing', '/plans', '/sandbox'];
/** What was asked for is over by then, or its outcome is news. */
const JUST_MS = 60_000;

export function useMoneyNews() {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const mine = useDoneHere();
  const tell = (toast: Toast | null) => {
    if (toast !== null && !mine()) setToasts((shown) => withToast(shown, toast));
  };
  useNotices(tell);
  useBought(tell);
  usePlan(tell);
  const close = (id: string) => setToasts((shown) => shown.filter((one) => one.id !== id));
  return { toasts, close };
}

type Tell = (toast: Toast | null) => void;

function useNotices(tell: Tell): void {
  const notices = useQuery(unreadQuery).data?.data;
  const last = useRef<typeof notices>(undefined);
  const seen = useRef(new Set<string>());
  useEffect(() => {
    if (notices === undefined || notices === last.current) return;
    const first = last.current === undefined;
    const before = new Set(seen.current);
    last.current = notices;
    for (const { id } of notices) seen.current.add(id);
    if (first) return;
    for (const notice of freshOf(notices, before)) tell(toastOf(notice, Date.now()));
  });
}

function useBought(tell: Tell): void {
  const balance = useBalance();
  const before = useRef<Balance | null>(null);
  useEffect(() => {
    if (balance === null || balance === before.current) return;
    const known = before.current;
    before.current = balance;
    tell(addedOf(known, balance, Date.now()));
  });
}

function usePlan(tell: Tell): void {
  const billing = useQuery(billingQuery).data;
  const before = useRef<Billing | undefined>(undefined);
  useEffect(() => {
    if (billing === undefined || billing === before.current) return;
    const known = before.current;
    before.current = billing;
    tell(planOf(known, billing, Date.now()));
  });
}

/** Whether this person has just asked for something where money is spent, and is still there. */
function useDoneHere(): () => boolean {
  const queries = useQueryClient();
  const router = useRouter();
  return () => {
    const { pathname, search } = router.state.location;
    const there = SCREENS.some((path) => pathname === path || pathname.startsWith(`${path}/`));
    // Back from the page of a payment: what it brought is told there.
    return there && ('checkout' in search || askedLately(queries));
  };
}

function askedLately(queries: QueryClient): boolean {
  const since = Date.now() - JUST_MS;
  const all = queries.getMutationCache().getAll();
  return all.some(({ state }) => state.submittedAt > since && state.status !== 'error');
}

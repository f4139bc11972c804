/**
 * The gate before a run: closed by an empty pool or a refusal. A refusal may come although the
 * credits would do, because others wait before: it stands until a newer balance than its own.
 */
import { useState } from 'react';
import type { Balance, Problem } from '../../api/gen';
import { covers } from '../../credits/amount';
import { startsNothing, useBalance } from '../../credits/balance-store';
import type { Gate } from '../sessions/gate';

export function refusalStands(problem: Problem | null, balance: Balance | null): boolean {
  if (problem === null) return false;
  if (balance === null || !problem.required) return true;
  if (problem.position !== undefined && balance.position <= problem.position) return true;
  return !covers(balance.available, problem.required);
}

export function useRunGate(): Gate {
  const balance = useBalance();
  const [refused, setRefused] = useState<Problem | null>(null);
  const problem = refusalStands(refused, balance) ? refused : null;
  return {
    closed: problem !== null || startsNothing(balance),
    problem,
    balance,
    refuse: setRefused,
    reset: () => setRefused(null),
  };
}

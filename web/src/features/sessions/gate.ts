/** The gate of the composer: closed by an empty pool or a 402, opened by the next good balance. */
import { useState } from 'react';
import type { Balance, Problem } from '../../api/gen';
import { covers } from '../../credits/amount';
import { startsNothing, useBalance } from '../../credits/balance-store';

export interface Gate {
  closed: boolean;
  problem: Problem | null;
  balance: Balance | null;
  refuse: (problem: Problem) => void;
  /** The request has changed: what was refused before says nothing about it. */
  reset: () => void;
}

export function stillRefused(problem: Problem | null, balance: Balance | null): boolean {
  if (problem === null) return false;
  if (balance === null || !problem.required) return true;
  return !covers(balance.available, problem.required);
}

export function useGate(): Gate {
  const balance = useBalance();
  const [refused, setRefused] = useState<Problem | null>(null);
  const problem = stillRefused(refused, balance) ? refused : null;
  return {
    closed: problem !== null || startsNothing(balance),
    problem,
    balance,
    refuse: setRefused,
    reset: () => setRefused(null),
  };
}

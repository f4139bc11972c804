/** What this run may cost, asked for 400 ms after the typing stops; asking spends nothing. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { estimate, type Quote } from '../../api/gen';
import { call } from '../../api/problem';
import type { Inputs } from './inputs/fields';
import { named, type Subject } from './subject';

const WAIT_MS = 400;

export interface Estimate {
  quote: Quote | null;
  /** The inputs are not complete enough to ask. */
  incomplete: boolean;
  failed: boolean;
}

export function useEstimate(
  { kind, id }: Pick<Subject, 'kind' | 'id'>,
  inputs: Inputs,
  complete: boolean,
): Estimate {
  const [settled] = useDebouncedValue(complete ? inputs : null, WAIT_MS);
  const { data, error } = useQuery({
    queryKey: ['estimate', kind, id, settled],
    queryFn: () => 
      call(estimate({ body: { kind, ...named({ kind, id }), inputs: settled ?? {} } })),
    enabled: complete && settled !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  return {
    quote: complete && !error ? (data ?? null) : null,
    incomplete: !complete,
    failed: complete && error !== null,
  };
}

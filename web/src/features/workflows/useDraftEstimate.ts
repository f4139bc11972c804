/** What a run of the workflow as it stands in the editor may cost; asking spends nothing. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { estimate, type Quote } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { type Definition, type Json, sentDefinition } from './definition';

const WAIT_MS = 400;

export interface DraftEstimate {
  quote: Quote | null;
  /** Not complete enough to be estimated. */
  incomplete: boolean;
  failed: boolean;
}

export function useDraftEstimate(definition: Definition, complete: boolean): DraftEstimate {
  const [settled] = useDebouncedValue<Json | null>(
    complete ? sentDefinition(definition) : null,
    WAIT_MS,
  );
  const { data, error } = useQuery({
    queryKey: ['estimate', 'draft', settled],
    queryFn: () =>
      call(estimate({ body: { kind: 'workflow', definition: settled ?? {}, inputs: {} } })),
    enabled: complete && settled !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  const unfinished = error instanceof ApiProblem && error.status === 422;
  return {
    quote: complete && !error ? (data ?? null) : null,
    incomplete: !complete || unfinished,
    failed: complete && error !== null && !unfinished,
  };
}

/** What a session may cost, asked for 400 ms after the typing stops; asking spends nothing. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type BrowserRequest, estimate } from '../../api/gen';
import { call } from '../../api/problem';
import type { Estimate } from '../tools/useEstimate';

const WAIT_MS = 400;

/** `request` null: not fit to be asked about. */
export function useBrowserEstimate(request: BrowserRequest | null, model: string): Estimate {
  const [settled] = useDebouncedValue(request, WAIT_MS);
  const { data, error } = useQuery({
    queryKey: ['estimate', 'browser', model, settled],
    queryFn: () =>
      call(
        estimate({
          body: { kind: 'browser', browser: settled, ...(model === '' ? {} : { model }) },
        }),
      ),
    enabled: request !== null && settled !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  const asked = request !== null;
  return {
    quote: asked && !error ? (data ?? null) : null,
    incomplete: !asked,
    failed: asked && error !== null,
  };
}

/** When a schedule in the form would run and what that would come to; asking spends nothing. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { previewSchedule, type PreviewScheduleRequest, type SchedulePreview } from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';

const WAIT_MS = 400;

export interface Preview {
  preview: SchedulePreview | null;
  /** The times are not complete. */
  incomplete: boolean;
  failed: boolean;
}

/** Null: something is still missing. */
export function usePreview(asked: PreviewScheduleRequest | null): Preview {
  const [settled] = useDebouncedValue(asked === null ? null : JSON.stringify(asked), WAIT_MS);
  const { data, error } = useQuery({
    queryKey: ['schedule-preview', settled],
    queryFn: () => {
      const body = JSON.parse(settled ?? '{}') as PreviewScheduleRequest;
      return call(previewSchedule({ body }));
    },
    enabled: asked !== null && settled !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
  });
  const unfinished = error instanceof ApiProblem && error.status === 422;
  return {
    preview: asked !== null && !error ? (data ?? null) : null,
    incomplete: asked === null || unfinished,
    failed: error !== null && !unfinished,
  };
}

/**
 * What an answer's run has done with tools so far, and what it asks: read once, and again whenever
 * the stream tells of a change. An answer without tools is not asked for.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Run, RunSummary } from '../../api/gen';
import { runQuery } from '../../api/queries';
import { type Call, callsOf } from './calls';
import { hadHands } from './effort';

export interface Work {
  /** Null: no tools, or not known yet. */
  run: Run | null;
  calls: readonly Call[];
}

const nothing: Work = { run: null, calls: [] };

/** `revision`: as the stream told it last. */
export function useWork(summary: RunSummary | null, revision: number | null): Work {
  const queries = useQueryClient();
  const id = summary !== null && hadHands(summary.subject) ? summary.id : null;
  const { data } = useQuery({ ...runQuery(id ?? ''), enabled: id !== null });
  useEffect(() => {
    if (id === null || revision === null) return;
    void queries.invalidateQueries({ queryKey: ['run', id] });
  }, [id, revision, queries]);
  return data && id !== null ? { run: data, calls: callsOf(data) } : nothing;
}

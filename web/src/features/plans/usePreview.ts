/**
 * One look at a change and its confirmation. What is confirmed is the preview that is on screen: if
 * the server finds anything different, it changes nothing and the new preview is shown beside the
 * old one, to be confirmed anew.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Cadence, type ChangePreview, type ChangeResult, confirmChange } from '../../api/gen';
import { useIntent } from '../../api/intent';
import { ApiProblem, call } from '../../api/problem';
import { billingQuery, previewQuery } from '../../api/queries';

/** How long a preview can be confirmed. The server decides; this only spares a refusal. */
const LIFE_MS = 10 * 60_000;

export interface Look {
  preview: ChangePreview | undefined;
  /** What was shown before, where it was something else. */
  old: ChangePreview | null;
  /** Why there is a new look: the server refused the old one, or it was too old. */
  renewed: 'refused' | 'expired' | null;
  expired: boolean;
  /** The server refuses and has no other preview: this change is not possible any more. */
  gone: boolean;
  failure: Error | null;
  busy: boolean;
  result: ChangeResult | undefined;
  renew: () => void;
  confirm: () => void;
}

export function usePreview(plan: string, cadence: Cadence): Look {
  const queries = useQueryClient();
  const options = previewQuery(plan, cadence);
  const query = useQuery(options);
  const intent = useIntent();
  const [old, setOld] = useState<ChangePreview | null>(null);
  const [renewed, setRenewed] = useState<Look['renewed']>(null);
  const expired = useExpired(query.data?.id);
  const again = (why: NonNullable<Look['renewed']>) => {
    setOld(query.data ?? null);
    setRenewed(why);
  };
  const confirm = useMutation({
    mutationFn: ({ id }: ChangePreview) =>
      call(
        confirmChange({
          body: { preview_id: id },
          headers: { 'Idempotency-Key': intent.keyFor(id) },
        }),
      ),
    onSuccess: (result) => {
      intent.done();
      queries.setQueryData(billingQuery.queryKey, result.billing);
      void queries.invalidateQueries({ queryKey: ['billing'] });
    },
    onError: (error) => {
      if (!isStale(error)) return;
      const next = error.problem?.preview;
      if (!next) return;
      again('refused');
      queries.setQueryData(options.queryKey, next);
    },
  });
  const stale = isStale(confirm.error) ? confirm.error : null;
  return {
    preview: query.data,
    old,
    renewed,
    expired,
    gone: stale !== null && !stale.problem?.preview,
    failure: query.data ? (stale ? null : confirm.error) : query.error,
    busy: confirm.isPending || query.isFetching,
    result: confirm.data,
    renew: () => {
      again('expired');
      confirm.reset();
      void query.refetch();
    },
    confirm: () => {
      if (query.data) confirm.mutate(query.data);
    },
  };
}

function isStale(error: Error | null): error is ApiProblem {
  return error instanceof ApiProblem && error.code === 'preview_expired';
}

function useExpired(id: string | undefined): boolean {
  const [expired, setExpired] = useState<string | null>(null);
  useEffect(() => {
    if (id === undefined) return undefined;
    const timer = setTimeout(() => setExpired(id), LIFE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return id !== undefined && expired === id;
}

/** The live picture of a session as long as somebody may see it. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { LiveSource, type Shown } from './live-source';

const none: Shown = { src: null, lost: false };

export interface Live extends Shown {
  failed: () => void;
  seen: () => void;
}

export function useLive(runId: string): Live {
  const queries = useQueryClient();
  const source = useRef<LiveSource | null>(null);
  const [shown, show] = useState<Shown>(none);
  useEffect(() => {
    const live = new LiveSource(runId, {
      show,
      over: () => void queries.invalidateQueries({ queryKey: ['run', runId] }),
    });
    source.current = live;
    const look = () => {
      if (document.visibilityState === 'hidden') live.close();
      else void live.open();
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      live.close();
    };
  }, [runId, queries]);
  return {
    ...shown,
    failed: () => source.current?.failed(),
    seen: () => source.current?.seen(),
  };
}

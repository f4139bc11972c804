/** The right side of the page of a tool or workflow: where its run stands, and the run's tabs. */
import { Button, Group, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Run } from '../../api/gen';
import { announce } from '../../ui/announce';
import { Section } from '../../ui/Section';
import { receiptLine } from '../runs/run-text';
import { type RunTab, RunTabs } from '../runs/RunTabs';
import { Standing } from '../runs/Standing';
import { StateMark } from '../runs/StateMark';
import { isEnded, runStates } from '../runs/states';
import { useRunEvents } from '../runs/useRunEvents';
import type { Stop } from '../runs/useStopRun';
import { tabWords, words as runs } from '../runs/words';
import { pageWords as words } from './words';

interface Props {
  /** Names of the steps that a run will have. */
  planned: readonly string[];
  run: Run | null;
  stop: Stop;
  tab: RunTab;
  setTab: (tab: RunTab) => void;
}

export function ToolRun({ planned, run, stop, tab, setTab }: Props) {
  useEndAnnounced(run);
  return (
    <>
      {run === null ? null : <Head run={run} stop={stop} tab={tab} setTab={setTab} />}
      <RunTabs run={run} planned={planned} tab={tab} setTab={setTab} />
    </>
  );
}

function Head({ run, stop, tab, setTab }: Omit<Props, 'planned' | 'run'> & { run: Run }) {
  const { ahead } = useRunEvents(isEnded(run.state) ? null : run.id);
  return (
    <Section
      title={runs.run}
      actions={<StateMark state={run.state} />}
    >
      <Standing run={run} ahead={ahead} stop={stop} />
      {isEnded(run.state) ? <Text size="sm">{receiptLine(run)}</Text> : null}
      {run.result !== null && tab !== 'results' ? (
        <Group mt="sm">
          <Button variant="light" onClick={() => setTab('results')}>
            {tabWords.showResults}
          </Button>
        </Group>
      ) : null}
    </Section>
  );
}

// Said once, when a run that was seen at work has ended.
function useEndAnnounced(run: Run | null): void {
  const live = useRef<string | null>(null);
  useEffect(() => {
    if (run === null) return;
    if (!isEnded(run.state)) live.current = run.id;
    else if (live.current === run.id) {
      live.current = null;
      announce(words.ended(runStates[run.state].word, run.credits));
    }
  }, [run]);
}

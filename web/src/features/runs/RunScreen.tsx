/** One run of any kind: where it stands, what it was estimated at, and its three tabs. */
import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { BrowserSession, Run } from '../../api/gen';
import { runQuery } from '../../api/queries';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { BrowserRun } from '../browser/BrowserRun';
import { Onwards, RunFacts } from './RunFacts';
import { firstTab, type RunTab, RunTabs } from './RunTabs';
import { runTitle } from './run-text';
import { Standing, StopButton } from './Standing';
import { StateMark } from './StateMark';
import { isEnded } from './states';
import { useRunEvents } from './useRunEvents';
import { useStopRun } from './useStopRun';
import { words } from './words';

const LOOK_MS = 4_000;

export function RunScreen() {
  const { runId } = useParams({ from: '/app/runs/$runId' });
  const query = useQuery({
    ...runQuery(runId),
    // Where a browser is, and who drives it, is not all told by events.
    refetchInterval: ({ state: { data } }) =>
      data && hasLiveBrowser(data) ? LOOK_MS : false,
  });
  return (
    <Page
      title={query.data ? runTitle(query.data) : words.run}
      width={query.data?.browser ? 'wide' : 'normal'}
    >
      <Remote query={query} what={words.one} skeleton={<SkeletonLines count={8} />}>
        {(run) => <OneRun key={run.id} run={run} />}
      </Remote>
    </Page>
  );
}

function hasLiveBrowser({ browser, state }: Run): boolean {
  return browser !== null && browser.state !== 'finished' && !isEnded(state);
}

function OneRun({ run }: { run: Run }) {
  return run.kind === 'browser' && run.browser ? (
    <OneBrowserRun run={run} session={run.browser} />
  ) : (
    <OneOtherRun run={run} />
  );
}

function OneOtherRun({ run }: { run: Run }) {
  const [tab, setTab] = useState<RunTab>(() => firstTab(run));
  return (
    <>
      <Summary run={run} />
      {/* Opened by the agent or by a step. */}
      {run.browser ? <BrowserRun run={run} session={run.browser} /> : null}
      <RunTabs run={run} planned={[]} tab={tab} setTab={setTab} />
    </>
  );
}

// When it has ended, its answer is shown unless somebody looks at something else.
function OneBrowserRun({ run, session }: { run: Run; session: BrowserSession }) {
  const [tab, setTab] = useState<RunTab | null>(null);
  return (
    <>
      <BrowserRun run={run} session={session} />
      <RunTabs run={run} planned={[]} tab={tab ?? firstTab(run)} setTab={setTab} />
      <Section title={words.about}>
        <RunFacts run={run} />
        <Group gap="sm" mt="lg">
          <Onwards run={run} />
        </Group>
      </Section>
    </>
  );
}

function Summary({ run }: { run: Run }) {
  const stop = useStopRun(run.id);
  // A plain answer has one step: its state comes with the other news.
  // So does that of a run whose browser is shown.
  const elsewhere = (run.kind === 'message' && run.subject === null) || isEnded(run.state) || hasLiveBrowser(run);
  const { ahead } = useRunEvents(elsewhere ? null : run.id);
  return (
    <Section
      title={runTitle(run)}
      description={words.kinds[run.kind]}
      actions={<StateMark state={run.state} />}
    >
      <Standing run={run} ahead={ahead} stop={stop} />
      <RunFacts run={run} />
      <Group gap="sm" mt="lg">
        {run.can_stop && (run.state === 'queued' || run.state === 'running') ? (
          <StopButton stop={stop} label={words.stop} />
        ) : null}
        <Onwards run={run} />
      </Group>
    </Section>
  );
}

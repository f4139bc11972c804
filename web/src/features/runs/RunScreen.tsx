/** One run of any kind: where it stands, what it was estimated at, and its three tabs. */
import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run } from '../../api/gen';
import { runQuery } from '../../api/queries';
import { creditsText, isZero } from '../../credits/amount';
import { useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import { useModelName } from '../../ui/models';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { firstTab, type RunTab, RunTabs } from './RunTabs';
import { notEnded, runTitle, startedBy } from './run-text';
import { Standing, StopButton } from './Standing';
import { StateMark } from './StateMark';
import { isEnded } from './states';
import { useRunEvents } from './useRunEvents';
import { useStopRun } from './useStopRun';
import { words } from './words';

export function RunScreen() {
  const { runId } = useParams({ from: '/app/runs/$runId' });
  const query = useQuery(runQuery(runId));
  return (
    <Page title={query.data ? runTitle(query.data) : words.run}>
      <Remote query={query} what={words.one} skeleton={<SkeletonLines count={8} />}>
        {(run) => <OneRun key={run.id} run={run} />}
      </Remote>
    </Page>
  );
}

function OneRun({ run }: { run: Run }) {
  const [tab, setTab] = useState<RunTab>(() => firstTab(run));
  return (
    <>
      <Summary run={run} />
      <RunTabs run={run} planned={[]} tab={tab} setTab={setTab} />
    </>
  );
}

function Summary({ run }: { run: Run }) {
  const dates = useDates();
  const modelName = useModelName();
  const stop = useStopRun(run.id);
  // A message's own page listens to its words; here its state comes with the other news.
  const ahead = useRunEvents(run.kind === 'message' || isEnded(run.state) ? null : run.id);
  return (
    <Section
      title={runTitle(run)}
      description={words.kinds[run.kind]}
      actions={<StateMark state={run.state} />}
    >
      <Standing run={run} ahead={ahead} stop={stop} />
      <Facts
        facts={[
          { name: words.columns.who, value: startedBy(run) },
          run.model === '' ? null : { name: words.model, value: modelName(run.model) },
          run.definition?.version == null
            ? null
            : { name: words.version, value: String(run.definition.version) },
          {
            name: words.started,
            value: run.started_at ? dates.moment(run.started_at) : words.notStarted,
          },
          { name: words.ended, value: run.ended_at ? dates.moment(run.ended_at) : notEnded(run) },
          { name: words.estimate, value: words.range(run.quote.low, run.quote.high) },
          run.cap === null ? null : { name: words.cap, value: creditsText(run.cap) },
          isZero(run.held) ? null : { name: words.heldNow, value: creditsText(run.held) },
          {
            name: words.charged,
            value: run.estimated
              ? words.chargedEstimated(creditsText(run.credits))
              : creditsText(run.credits),
            strong: true,
          },
        ]}
      />
      <Group gap="sm" mt="lg">
        {run.can_stop && (run.state === 'queued' || run.state === 'running') ? (
          <StopButton stop={stop} label={words.stop} />
        ) : null}
        <Onwards run={run} />
      </Group>
    </Section>
  );
}

function Onwards({ run }: { run: Run }) {
  return (
    <>
      {isEnded(run.state) ? (
        <ButtonTo to="/runs/$runId/receipt" params={{ runId: run.id }} variant="default">
          {words.receipt}
        </ButtonTo>
      ) : null}
      {run.kind === 'tool' && run.subject !== null && run.has_content ? (
        <ButtonTo
          to="/tools/$toolId"
          params={{ toolId: run.subject }}
          search={{ run: run.id }}
          variant={isEnded(run.state) ? 'filled' : 'default'}
        >
          {isEnded(run.state) ? words.runAgain : words.showInputs}
        </ButtonTo>
      ) : null}
      {run.kind === 'workflow' && run.subject ? (
        <ButtonTo
          to="/workflows/$workflowId"
          params={{ workflowId: run.subject }}
          search={{ run: run.id }}
          variant={isEnded(run.state) ? 'filled' : 'default'}
        >
          {isEnded(run.state) ? words.runAgain : words.showInputs}
        </ButtonTo>
      ) : null}
      {run.session_id ? (
        <ButtonTo to="/sessions/$sessionId" params={{ sessionId: run.session_id }} variant="default">
          {words.session}
        </ButtonTo>
      ) : null}
    </>
  );
}

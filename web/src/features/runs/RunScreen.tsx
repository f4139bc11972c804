/** One run: where it stands, what it was estimated at, its steps. */
import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { cancelRun, type Run, type RunStep } from '../../api/gen';
import { call } from '../../api/problem';
import { runQuery } from '../../api/queries';
import { creditsText, formatCredits, isZero } from '../../credits/amount';
import { type Column, DataTable } from '../../ui/DataTable';
import { durationText, useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import { useModelName } from '../../ui/models';
import { Page } from '../../ui/Page';
import { Empty, Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { StateMark } from './StateMark';
import { isEnded, isLive, isRunState, runStates } from './states';
import { reasonSentences, words } from './words';

export function RunScreen() {
  const { runId } = useParams({ from: '/app/runs/$runId' });
  const query = useQuery(runQuery(runId));
  return (
    <Page title={query.data?.title || words.run}>
      <Remote query={query} what={words.one} skeleton={<SkeletonLines count={8} />}>
        {(run) => (
          <>
            <Summary run={run} />
            <Steps steps={run.steps} />
          </>
        )}
      </Remote>
    </Page>
  );
}

function Summary({ run }: { run: Run }) {
  const dates = useDates();
  const modelName = useModelName();
  const reason = reasonSentences[run.reason ?? ''];
  return (
    <Section title={run.title || words.untitled} actions={<StateMark state={run.state} />}>
      {reason ? <Text mb="md">{reason}</Text> : null}
      <Facts
        facts={[
          { name: words.columns.who, value: run.started_by },
          { name: words.model, value: modelName(run.model) },
          {
            name: words.started,
            value: run.started_at ? dates.moment(run.started_at) : words.notStarted,
          },
          { name: words.ended, value: run.ended_at ? dates.moment(run.ended_at) : words.notEnded },
          { name: words.estimate, value: words.range(run.quote.low, run.quote.high) },
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
      <Actions run={run} />
    </Section>
  );
}

function Actions({ run }: { run: Run }) {
  const queries = useQueryClient();
  const stop = useMutation({
    mutationFn: () => call(cancelRun({ path: { id: run.id } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['run', run.id] }),
  });
  return (
    <>
      {stop.error ? <Failure text={words.failed} error={stop.error} /> : null}
      <Group gap="sm" mt="lg">
        {isLive(run.state) ? (
          <Button disabled={stop.isPending || stop.isSuccess} onClick={() => stop.mutate()}>
            {words.stop}
          </Button>
        ) : null}
        {isEnded(run.state) ? (
          <ButtonTo to="/runs/$runId/receipt" params={{ runId: run.id }}>
            {words.receipt}
          </ButtonTo>
        ) : null}
        {run.session_id ? (
          <ButtonTo
            to="/sessions/$sessionId"
            params={{ sessionId: run.session_id }}
            variant="default"
          >
            {words.session}
          </ButtonTo>
        ) : null}
        {isEnded(run.state) ? null : (
          <Text size="sm" c="dimmed">
            {stop.isSuccess ? words.stopping : words.receiptLater}
          </Text>
        )}
      </Group>
    </>
  );
}

function Steps({ steps }: { steps: RunStep[] }) {
  return (
    <Section title={words.steps} flush>
      {steps.length === 0 ? (
        <Empty text={words.noSteps} />
      ) : (
        <DataTable
          caption={words.steps}
          columns={stepColumns}
          rows={steps}
          rowKey={({ n }) => String(n)}
        />
      )}
    </Section>
  );
}

const stepColumns: Column<RunStep>[] = [
  { label: words.step.name, main: true, cell: ({ n, name }) => `${n}. ${name}` },
  {
    label: words.step.state,
    cell: ({ state }) => (isRunState(state) ? runStates[state].word : state),
  },
  {
    label: words.step.duration,
    cell: ({ started_at: from, ended_at: to }) => {
      if (!from) return words.notStarted;
      return to ? durationText(from, to) : words.notEnded;
    },
  },
  {
    label: words.step.input,
    end: true,
    cell: ({ input_tokens: tokens }) => formatCredits(tokens?.toString()),
  },
  {
    label: words.step.output,
    end: true,
    cell: ({ output_tokens: tokens }) => formatCredits(tokens?.toString()),
  },
  { label: words.step.credits, end: true, cell: ({ credits }) => formatCredits(credits) },
];

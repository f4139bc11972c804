/**
 * A tool: its inputs on the left, a run of it on the right. The run is named in the address, so
 * that the form stays as it is when a run starts, and the focus with it.
 */
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run, Tool } from '../../api/gen';
import { runQuery, toolQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { firstTab, type RunTab } from '../runs/RunTabs';
import { useStopRun } from '../runs/useStopRun';
import { RUN_ID } from './EstimateBar';
import { SavedInputs } from './SavedInputs';
import { ToolInputs } from './ToolInputs';
import { ToolRun } from './ToolRun';
import classes from './Tools.module.css';
import { useToolForm } from './useToolForm';
import { pageWords, words } from './words';

export function ToolScreen() {
  const { toolId } = useParams({ from: '/app/tools/$toolId' });
  const { run: runId } = useSearch({ from: '/app/tools/$toolId' });
  // The form opens with the inputs of the run it was opened with, never with those of later ones.
  const [opened] = useState(runId);
  const tool = useQuery(toolQuery(toolId));
  const first = useQuery({ ...runQuery(opened ?? ''), enabled: opened !== undefined });
  const waiting = opened !== undefined && first.data === undefined && first.error === null;
  return (
    <Page title={tool.data?.name ?? words.tool} width="wide">
      <Remote query={tool} what={words.one} skeleton={<TwoColumns />}>
        {(found) =>
          waiting ? (
            <TwoColumns />
          ) : (
            <ToolPage key={found.id} tool={found} opened={first.data ?? null} runId={runId ?? null} />
          )
        }
      </Remote>
    </Page>
  );
}

function TwoColumns() {
  return (
    <div className={classes.columns}>
      <SkeletonLines count={7} />
      <SkeletonLines count={5} />
    </div>
  );
}

interface Props {
  tool: Tool;
  opened: Run | null;
  runId: string | null;
}

function ToolPage({ tool, opened, runId }: Props) {
  const { user } = useMe();
  const works = useRight('start_work');
  const navigate = useNavigate();
  const form = useToolForm({ tool, user: user.id, opened: ofTool(opened, tool), runId });
  const [tab, setTab] = useState<RunTab>(() => firstTab(ofTool(opened, tool)));
  const query = useQuery({ ...runQuery(runId ?? ''), enabled: runId !== null });
  const run = runId === null ? null : ofTool(query.data ?? null, tool);
  const lost = runId !== null && run === null && (query.error !== null || query.data !== undefined);
  const stop = useStopRun(runId ?? '');
  const started = (next: Run) => {
    setTab('steps');
    announce(
      next.state === 'waiting_for_credits' ? pageWords.waits(tool.name) : pageWords.started(tool.name),
    );
    void navigate({
      to: '/tools/$toolId',
      params: { toolId: tool.id },
      search: { run: next.id },
      replace: runId === null,
      resetScroll: false,
    });
  };
  return (
    <>
      <Text c="dimmed">
        {tool.purpose}{' '}
        <LinkTo to="/tools" underline="always">
          {pageWords.allTools}
        </LinkTo>
        {' · '}
        <LinkTo to="/runs" search={{ kind: 'tool', subject: tool.id }} underline="always">
          {pageWords.history}
        </LinkTo>
      </Text>
      <div className={classes.columns}>
        <Section
          title={pageWords.inputs}
          actions={works ? <SavedInputs tool={tool.id} form={form} /> : null}
        >
          <ToolInputs
            subject={{ ...tool, kind: 'tool' }}
            form={form} run={run} stop={stop} started={started} />
        </Section>
        <Stack gap={16} className={classes.column} id={RUN_ID} tabIndex={-1}>
          {lost ? <Failure text={pageWords.oldRun} error={query.error} /> : null}
          <ToolRun planned={tool.step_names} run={run} stop={stop} tab={tab} setTab={setTab} />
        </Stack>
      </div>
    </>
  );
}

// An address may name a run of something else.
function ofTool(run: Run | null, tool: Tool): Run | null {
  return run?.subject === tool.id ? run : null;
}

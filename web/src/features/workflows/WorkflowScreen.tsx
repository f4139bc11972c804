/** A workflow to be run: its form on the left, a run of it on the right, as with a tool. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconHistory, IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import type { Run, Workflow } from '../../api/gen';
import { runQuery, workflowQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { ButtonTo, LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { firstTab, type RunTab } from '../runs/RunTabs';
import { useStopRun } from '../runs/useStopRun';
import { WhoDirects } from '../team/whom';
import { RUN_ID } from '../tools/EstimateBar';
import { ToolInputs } from '../tools/ToolInputs';
import { ToolRun } from '../tools/ToolRun';
import layout from '../tools/Tools.module.css';
import { useToolForm } from '../tools/useToolForm';
import { pageWords as runWords } from '../tools/words';
import { type Definition, formOf, readDefinition } from './definition';
import { DeleteWorkflow } from './DeleteWorkflow';
import { pageWords as words, words as lists } from './words';

export function WorkflowScreen() {
  const { workflowId } = useParams({ from: '/app/workflows/$workflowId' });
  const { run: runId } = useSearch({ from: '/app/workflows/$workflowId' });
  // The form opens with the inputs of the run it was opened with, never with those of later ones.
  const [opened] = useState(runId);
  const query = useQuery(workflowQuery(workflowId));
  const first = useQuery({ ...runQuery(opened ?? ''), enabled: opened !== undefined });
  const waiting = opened !== undefined && first.data === undefined && first.error === null;
  return (
    <Page title={query.data?.name ?? lists.workflow} width="wide">
      <Remote query={query} what={lists.one} skeleton={<SkeletonLines count={10} />}>
        {(workflow) =>
          waiting ? (
            <SkeletonLines count={10} />
          ) : (
            <WorkflowPage
              // Another version may ask for something else.
              key={`${workflow.id}.${workflow.version}`}
              workflow={workflow}
              opened={first.data ?? null}
              runId={runId ?? null}
            />
          )
        }
      </Remote>
    </Page>
  );
}

interface Props {
  workflow: Workflow;
  opened: Run | null;
  runId: string | null;
}

function WorkflowPage({ workflow, opened, runId }: Props) {
  const { user } = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const definition = useMemo(() => readDefinition(workflow.definition), [workflow.definition]);
  const subject = useMemo(() => formLike(workflow.id, definition), [workflow.id, definition]);
  const form = useToolForm({
    tool: subject,
    user: user.id,
    opened: ofWorkflow(opened, workflow),
    runId,
  });
  const [tab, setTab] = useState<RunTab>(() => firstTab(ofWorkflow(opened, workflow)));
  const query = useQuery({ ...runQuery(runId ?? ''), enabled: runId !== null });
  const run = runId === null ? null : ofWorkflow(query.data ?? null, workflow);
  const lost = runId !== null && run === null && (query.error !== null || query.data !== undefined);
  const stop = useStopRun(runId ?? '');
  const started = (next: Run) => {
    setTab('steps');
    const waits = next.state === 'waiting_for_credits';
    announce(waits ? runWords.waits(workflow.name) : runWords.started(workflow.name));
    void queries.invalidateQueries({ queryKey: ['workflows'] });
    void navigate({
      to: '/workflows/$workflowId',
      params: { workflowId: workflow.id },
      search: { run: next.id },
      replace: runId === null,
      resetScroll: false,
    });
  };
  return (
    <>
      <Head workflow={workflow} definition={definition} />
      <div className={layout.columns}>
        <Section title={words.inputs}>
          {definition.inputs.length === 0 ? (
            <Text size="sm" c="dimmed" mb="md">
              {words.noInputs}
            </Text>
          ) : null}
          <ToolInputs
            subject={{ kind: 'workflow', id: workflow.id, usual: workflow.usual, schedulable: true }}
            form={form}
            run={run}
            stop={stop}
            started={started}
          />
        </Section>
        <Stack gap={16} className={layout.column} id={RUN_ID} tabIndex={-1}>
          {lost ? <Failure text={runWords.oldRun} error={query.error} /> : null}
          <ToolRun
            planned={definition.steps.map(({ name }) => name)}
            run={run}
            stop={stop}
            tab={tab}
            setTab={setTab}
          />
        </Stack>
      </div>
    </>
  );
}

function formLike(id: string, definition: Definition) {
  return { id, inputs: formOf(definition) };
}

// An address may name a run of something else.
function ofWorkflow(run: Run | null, workflow: Workflow): Run | null {
  return run?.subject === workflow.id ? run : null;
}

function Head({ workflow, definition }: { workflow: Workflow; definition: Definition }) {
  const edits = workflow.can_edit;
  const [deleting, setDeleting] = useState(false);
  const params = { workflowId: workflow.id };
  return (
    <Group justify="space-between" gap="sm">
      <Text c="dimmed">
        {words.steps(definition.steps.length)} · {words.version(workflow.version)} ·{' '}
        {words.by(workflow.owner)}
        {' · '}
        <LinkTo to="/workflows" underline="always">
          {words.all}
        </LinkTo>
        {' · '}
        <LinkTo to="/runs" search={{ kind: 'workflow', subject: workflow.id }} underline="always">
          {words.history}
        </LinkTo>
        {edits ? null : (
          <>
            {' · '}
            <WhoDirects maker={workflow.owner_id} say={words.readOnly} />
          </>
        )}
      </Text>
      <Group gap={8}>
        {edits ? (
          <ButtonTo
            to="/workflows/$workflowId/edit"
            params={params}
            variant="default"
            leftSection={<IconPencil size={16} aria-hidden />}
          >
            {words.edit}
          </ButtonTo>
        ) : null}
        <ButtonTo
          to="/workflows/$workflowId/versions"
          params={params}
          search={{}}
          variant="default"
          leftSection={<IconHistory size={16} aria-hidden />}
        >
          {words.versions}
        </ButtonTo>
        {edits ? (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setDeleting(true)}
          >
            {words.remove}
          </Button>
        ) : null}
      </Group>
      {deleting ? <DeleteWorkflow workflow={workflow} close={() => setDeleting(false)} /> : null}
    </Group>
  );
}

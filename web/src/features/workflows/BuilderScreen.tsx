/** The editor of a workflow: name, what it asks for, its steps, and beside them what it may cost. */
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker, useNavigate, useParams } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Tool, Workflow } from '../../api/gen';
import { ApiProblem } from '../../api/problem';
import { toolQuery, workflowQuery } from '../../api/queries';
import { Dialog } from '../../ui/Dialog';
import { ButtonTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Empty, Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { ReadOnly } from '../team/ReadOnly';
import { WhoDirects } from '../team/whom';
import { emptyDefinition, readDefinition, toolsOf } from './definition';
import { InputsEditor } from './InputsEditor';
import { Rail } from './Rail';
import { StepList } from './StepList';
import { type Builder, type Draft, useBuilder } from './useBuilder';
import { EDITOR_ID, useSave } from './useSave';
import { builderWords as words, pageWords, railWords, words as lists } from './words';
import classes from './Workflows.module.css';

export function NewWorkflowScreen() {
  const works = useRight('start_work');
  return (
    <Page title={words.newTitle} width="wide">
      {works ? <Editor kept={null} reload={() => undefined} /> : <ReadOnly to="build" />}
    </Page>
  );
}

export function EditWorkflowScreen() {
  const { workflowId } = useParams({ from: '/app/workflows/$workflowId/edit' });
  const works = useRight('start_work');
  const query = useQuery(workflowQuery(workflowId));
  // What is edited is the version that was opened, whatever others save meanwhile.
  const [opening, setOpening] = useState(0);
  const reload = () => {
    void query.refetch().then(() => setOpening((count) => count + 1));
  };
  const title = query.data ? words.editTitle(query.data.name) : lists.workflow;
  return (
    <Page title={title} width="wide">
      <Remote query={query} what={lists.one} skeleton={<SkeletonLines count={10} />}>
        {(workflow) =>
          !works ? (
            <ReadOnly to="build" />
          ) : workflow.can_edit ? (
            <Editor key={`${workflow.id}.${opening}`} kept={workflow} reload={reload} />
          ) : (
            <Empty
              text={<WhoDirects maker={workflow.owner_id} say={pageWords.readOnly} />}
              action={
                <ButtonTo to="/workflows/$workflowId" params={{ workflowId }} variant="default">
                  {railWords.run}
                </ButtonTo>
              }
            />
          )
        }
      </Remote>
    </Page>
  );
}

interface Props {
  kept: Workflow | null;
  /** Begins again with the newest version. */
  reload: () => void;
}

function Editor({ kept: opened, reload }: Props) {
  const navigate = useNavigate();
  const [kept, setKept] = useState(opened);
  const [saved, setSaved] = useState(() => draftOf(opened));
  const builder = useBuilder(saved);
  const leaving = useRef(false);
  const save = useSave({
    builder,
    kept,
    reload,
    saved: (workflow, draft) => {
      setKept(workflow);
      setSaved(draft);
      if (kept !== null) return;
      leaving.current = true;
      void navigate({
        to: '/workflows/$workflowId',
        params: { workflowId: workflow.id },
        search: {},
        replace: true,
      });
    },
  });
  return (
    <>
      <div className={classes.columns} id={EDITOR_ID}>
        <Stack gap={16} miw={0}>
          <Section title={words.nameSection}>
            <TextInput
              label={words.name}
              maxLength={80}
              value={builder.name}
              error={builder.faults['name']}
              onChange={(event) => builder.rename(event.currentTarget.value)}
            />
          </Section>
          <InputsEditor builder={builder} />
          <Steps builder={builder} />
        </Stack>
        <Rail builder={builder} save={save} kept={kept?.id ?? null} />
      </div>
      <Leave unsaved={() => builder.dirty && !leaving.current} />
      {kept === null ? null : (
        <Group>
          <ButtonTo
            to="/workflows/$workflowId"
            params={{ workflowId: kept.id }}
            search={{}}
            variant="default"
          >
            {railWords.run}
          </ButtonTo>
        </Group>
      )}
    </>
  );
}

function draftOf(workflow: Workflow | null): Draft {
  if (workflow === null) return { name: '', definition: emptyDefinition };
  return { name: workflow.name, definition: readDefinition(workflow.definition) };
}

// The forms of the tools are read as tools come in; one that is gone is told at its step.
function Steps({ builder }: { builder: Builder }) {
  const queries = useQueryClient();
  const ids = toolsOf(builder.definition);
  const found = useQueries({ queries: ids.map((id) => ({ ...toolQuery(id), staleTime: 300_000 })) });
  const failed = found.find(({ error }) => error !== null && !isMissing(error));
  if (failed?.error) {
    const retry = () => queries.invalidateQueries({ queryKey: ['tool'] });
    return <Failure text={words.toolFailed} error={failed.error} retry={retry} />;
  }
  if (found.some(({ data, error }) => data === undefined && error === null)) {
    return (
      <Section title={words.steps}>
        <SkeletonLines count={8} />
      </Section>
    );
  }
  const tools = found.flatMap(({ data }): Tool[] => (data ? [data] : []));
  return <StepList builder={builder} tools={tools} />;
}

function isMissing(error: Error): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

// Asked once before unsaved work is left behind.
function Leave({ unsaved }: { unsaved: () => boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: unsaved,
    enableBeforeUnload: unsaved,
    withResolver: true,
  });
  if (status !== 'blocked') return null;
  return (
    <Dialog title={railWords.leaveTitle} close={reset}>
      <Stack gap="md">
        <Text size="sm">{railWords.leave}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={reset} data-autofocus>
            {railWords.stay}
          </Button>
          <Button color="red" onClick={proceed}>
            {railWords.leaveYes}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** The versions of a workflow: who saved which when, what was in it, and going back to it. */
import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { updateWorkflow, type Workflow, type WorkflowVersionSummary } from '../../api/gen';
import { call } from '../../api/problem';
import { workflowQuery, workflowVersionQuery, workflowVersionsQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { type Column, DataTable } from '../../ui/DataTable';
import { type Dates, useDates } from '../../ui/dates';
import { ButtonTo } from '../../ui/LinkTo';
import { Padded } from '../../ui/Padded';
import { Page } from '../../ui/Page';
import { Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { Section } from '../../ui/Section';
import { type Definition, readDefinition } from './definition';
import { DefinitionView } from './DefinitionView';
import { versionWords as words, words as lists } from './words';

export function VersionsScreen() {
  const { workflowId } = useParams({ from: '/app/workflows/$workflowId/versions' });
  const { version } = useSearch({ from: '/app/workflows/$workflowId/versions' });
  const workflow = useQuery(workflowQuery(workflowId));
  const versions = useQuery(workflowVersionsQuery(workflowId));
  const dates = useDates();
  return (
    <Page title={workflow.data ? words.title(workflow.data.name) : words.list}>
      <Remote query={workflow} what={lists.one} skeleton={<SkeletonLines count={8} />}>
        {(found) => (
          <>
            <Section
              title={words.list}
              description={words.lead}
              flush
              actions={
                <ButtonTo
                  to="/workflows/$workflowId"
                  params={{ workflowId }}
                  search={{}}
                  variant="default"
                >
                  {words.back}
                </ButtonTo>
              }
            >
              <Remote query={versions} what={words.what} skeleton={<Padded />}>
                {({ data }) => (
                  <DataTable
                    caption={words.list}
                    columns={columns(dates, found)}
                    rows={data}
                    rowKey={(row) => String(row.version)}
                  />
                )}
              </Remote>
            </Section>
            {version === undefined ? null : (
              <OneVersion key={version} workflow={found} version={version} />
            )}
          </>
        )}
      </Remote>
    </Page>
  );
}

function columns(dates: Dates, workflow: Workflow): Column<WorkflowVersionSummary>[] {
  return [
    {
      label: words.columns.version,
      main: true,
      cell: ({ version }) => (
        <Group gap={8} component="span" display="inline-flex">
          {words.version(version)}
          {version === workflow.version ? <Badge color="green">{words.current}</Badge> : null}
        </Group>
      ),
    },
    { label: words.columns.by, cell: ({ saved_by: by }) => by },
    { label: words.columns.at, cell: ({ saved_at: at }) => dates.moment(at) },
    {
      label: words.columns.actions,
      end: true,
      bare: true,
      cell: ({ version }) => (
        <ButtonTo
          to="/workflows/$workflowId/versions"
          params={{ workflowId: workflow.id }}
          search={{ version }}
          resetScroll={false}
          size="compact-sm"
          variant="default"
          aria-label={words.show(version)}
        >
          {words.look}
        </ButtonTo>
      ),
    },
  ];
}

function OneVersion({ workflow, version }: { workflow: Workflow; version: number }) {
  const query = useQuery(workflowVersionQuery(workflow.id, version));
  return (
    <Remote query={query} what={words.one} skeleton={<SkeletonLines count={6} />}>
      {(found) => {
        const definition = readDefinition(found.definition);
        return (
          <Section
            title={words.version(version)}
            actions={
              workflow.can_edit && version !== workflow.version ? (
                <Restore workflow={workflow} definition={definition} />
              ) : null
            }
          >
            <DefinitionView definition={definition} />
          </Section>
        );
      }}
    </Remote>
  );
}

function Restore({ workflow, definition }: { workflow: Workflow; definition: Definition }) {
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () =>
      call(
        updateWorkflow({
          path: { id: workflow.id },
          body: { definition: { ...definition }, version: workflow.version },
        }),
      ),
    onSuccess: (saved) => {
      queries.setQueryData(workflowQuery(workflow.id).queryKey, saved);
      announce(words.restored(saved.version));
      void queries.invalidateQueries({ queryKey: ['workflow-versions', workflow.id] });
      void queries.invalidateQueries({ queryKey: ['workflows'] });
    },
    // Somebody else may have saved meanwhile.
    onError: () => queries.invalidateQueries({ queryKey: ['workflow', workflow.id] }),
  });
  return (
    <>
      <Button variant="default" loading={restore.isPending} onClick={() => restore.mutate()}>
        {words.restore}
      </Button>
      {restore.error ? <Failure text={words.restoreFailed} error={restore.error} /> : null}
      {restore.isSuccess ? (
        <Text size="sm" w="100%">
          {words.restored(restore.data.version)}
        </Text>
      ) : null}
    </>
  );
}

/** A new schedule: of the tool or workflow in the address, or of one that is chosen here. */
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { toolsQuery, workflowsQuery } from '../../api/queries';
import { browserZone } from '../../ui/dates';
import { ButtonTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Empty, Failure, Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { ReadOnly } from '../team/ReadOnly';
import type { Subject } from '../tools/subject';
import { draftInputs } from '../tools/useToolForm';
import { ScheduleForm } from './ScheduleForm';
import { type Scheduled, useScheduled } from './useScheduled';
import { newValues } from './values';
import { formWords as words, words as lists } from './words';

export function NewScheduleScreen() {
  const { tool, workflow } = useSearch({ from: '/app/schedules/new' });
  const works = useRight('start_work');
  if (!works) {
    return (
      <Page title={words.newTitle} width="narrow">
        <ReadOnly to="schedule" />
      </Page>
    );
  }
  if (tool !== undefined) return <OfSubject key={tool} kind="tool" id={tool} />;
  if (workflow !== undefined) return <OfSubject key={workflow} kind="workflow" id={workflow} />;
  return <Choose />;
}

function OfSubject(asked: Pick<Subject, 'kind' | 'id'>) {
  const query = useScheduled(asked);
  const { data } = query;
  return (
    <Page title={data ? words.newOf(data.name) : words.newTitle} width="wide">
      <Remote query={query} what={words.subject} skeleton={<SkeletonLines count={10} />}>
        {(subject) =>
          subject.schedulable ? (
            <NewForm subject={subject} />
          ) : (
            <Empty
              text={words.notSchedulable}
              action={
                <ButtonTo to="/tools/$toolId" params={{ toolId: subject.id }} search={{}} variant="default">
                  {words.toTool}
                </ButtonTo>
              }
            />
          )
        }
      </Remote>
    </Page>
  );
}

function NewForm({ subject }: { subject: Scheduled }) {
  const { user } = useMe();
  const navigate = useNavigate();
  return (
    <ScheduleForm
      subject={subject}
      opened={null}
      first={newValues(subject.name, browserZone())}
      // What was just filled in on the page of the tool comes along.
      firstInputs={draftInputs(user.id, subject.id)}
      reload={() => undefined}
      saved={({ id }) =>
        void navigate({ to: '/schedules/$scheduleId', params: { scheduleId: id }, replace: true })
      }
    />
  );
}

function Choose() {
  const navigate = useNavigate();
  const tools = useQuery(toolsQuery);
  const workflows = useQuery(workflowsQuery);
  const schedulable = tools.data?.data.filter((tool) => tool.schedulable) ?? [];
  const kept = workflows.data?.data ?? [];
  const pick = (value: string) => {
    const [kind, id] = [value.slice(0, 1), value.slice(1)];
    if (id === '') return;
    void navigate({ to: '/schedules/new', search: kind === 't' ? { tool: id } : { workflow: id } });
  };
  return (
    <Page title={words.newTitle} width="narrow">
      <Section title={words.choose} description={words.chooseLead}>
        <Remote query={tools} what={lists.kinds['tool'] ?? ''}>
          {() => (
            <NativeSelect
              label={words.subject}
              value=""
              data={[
                { value: '', label: words.none },
                ...group(words.workflows, 'w', kept),
                ...group(words.tools, 't', schedulable),
              ]}
              onChange={(event) => pick(event.currentTarget.value)}
            />
          )}
        </Remote>
        {workflows.error ? <Failure text={words.workflows} error={workflows.error} /> : null}
      </Section>
    </Page>
  );
}

function group(name: string, prefix: string, all: readonly { id: string; name: string }[]) {
  if (all.length === 0) return [];
  const items = all.map(({ id, name: label }) => ({ value: prefix + id, label }));
  return [{ group: name, items }];
}

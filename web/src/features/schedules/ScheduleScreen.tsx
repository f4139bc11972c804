/** One schedule: where it stands, what can be done with it, and under that its form. */
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schedule } from '../../api/gen';
import { scheduleQuery } from '../../api/queries';
import { creditsText } from '../../credits/amount';
import { useDates } from '../../ui/dates';
import { type Fact, Facts } from '../../ui/Facts';
import { LinkTo } from '../../ui/LinkTo';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { useRight } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { StateMark } from '../runs/StateMark';
import { ReadOnly } from '../team/ReadOnly';
import { WhoDirects } from '../team/whom';
import { ScheduleActions } from './ScheduleActions';
import { ScheduleForm } from './ScheduleForm';
import { ScheduleMark } from './ScheduleMark';
import { useScheduled } from './useScheduled';
import { valuesOfSchedule } from './values';
import { formWords, pageWords as words, words as lists } from './words';

export function ScheduleScreen() {
  const { scheduleId } = useParams({ from: '/app/schedules/$scheduleId' });
  const works = useRight('start_work');
  // It moves on by itself at each of its times.
  const query = useQuery({ ...scheduleQuery(scheduleId), refetchInterval: 60_000 });
  return (
    <Page title={query.data?.name ?? lists.schedule} width="wide">
      <Remote query={query} what={lists.one} skeleton={<SkeletonLines count={10} />}>
        {(schedule) => (
          <>
            <Status schedule={schedule} />
            {schedule.can_edit ? (
              <Editing key={schedule.id} schedule={schedule} />
            ) : !works ? (
              <ReadOnly to="schedule" />
            ) : (
              <Text size="sm" c="dimmed">
                <WhoDirects maker={schedule.owner_id} say={formWords.readOnly} />{' '}
                {schedule.inputs === null ? formWords.hidden : ''}
              </Text>
            )}
          </>
        )}
      </Remote>
    </Page>
  );
}

function Status({ schedule }: { schedule: Schedule }) {
  const facts = useFacts(schedule);
  return (
    <Section
      title={words.status}
      description={schedule.rule_text}
      actions={<ScheduleMark state={schedule.state} />}
    >
      {schedule.note === null ? null : (
        <Text size="sm" fw={550} mb="sm">
          {schedule.note}
        </Text>
      )}
      <Facts facts={facts} />
      <Group gap="md" mt="sm">
        <LinkTo to="/runs" search={{ schedule: schedule.id }} size="sm" underline="always">
          {words.allRuns}
        </LinkTo>
        <LinkTo to="/schedules" size="sm" underline="always">
          {words.all}
        </LinkTo>
      </Group>
      {schedule.can_edit ? <ScheduleActions schedule={schedule} /> : null}
    </Section>
  );
}

function useFacts(schedule: Schedule): (Fact | null)[] {
  const dates = useDates();
  const { usual, last_run: last, projected_month: month, max_credits: cap } = schedule;
  const [next] = schedule.next_runs;
  return [
    { name: words.what, value: <SubjectLink schedule={schedule} /> },
    {
      name: words.next,
      value: next ? words.zoned(next.text, schedule.zone) : lists.noNext,
    },
    {
      name: words.last,
      value:
        last === null ? (
          lists.neverRun
        ) : (
          <Group gap={8} component="span" display="inline-flex">
            <StateMark state={last.state} />
            <LinkTo to="/runs/$runId" params={{ runId: last.id }}>
              {dates.moment(last.created_at)}
            </LinkTo>
          </Group>
        ),
    },
    { name: words.runCount, value: words.runs(schedule.runs, schedule.max_runs) },
    {
      name: words.usual,
      value: usual ? lists.usual(usual.low, usual.high) : lists.unknownCost,
    },
    month === null ? null : { name: words.month, value: lists.month(month) },
    cap === null ? null : { name: words.cap, value: creditsText(cap) },
    schedule.failures === 0
      ? null
      : {
          name: words.failures,
          value: words.failureCount(schedule.failures, schedule.failure_limit),
        },
    { name: words.owner, value: schedule.owner },
  ];
}

function SubjectLink({ schedule: { kind, subject, subject_name: name } }: { schedule: Schedule }) {
  return kind === 'workflow' ? (
    <LinkTo to="/workflows/$workflowId" params={{ workflowId: subject }} search={{}}>
      {name}
    </LinkTo>
  ) : (
    <LinkTo to="/tools/$toolId" params={{ toolId: subject }} search={{}}>
      {name}
    </LinkTo>
  );
}

// What is edited is the schedule that was opened, whatever its runs do to it meanwhile.
function Editing({ schedule }: { schedule: Schedule }) {
  const [opened, setOpened] = useState(schedule);
  const [opening, setOpening] = useState(0);
  const query = useScheduled({
    kind: opened.kind === 'workflow' ? 'workflow' : 'tool',
    id: opened.subject,
  });
  const newest = useQuery(scheduleQuery(schedule.id));
  const reload = () => {
    void newest.refetch().then(({ data }) => {
      if (!data) return;
      setOpened(data);
      setOpening(opening + 1);
    });
  };
  return (
    <Remote query={query} what={formWords.subject} skeleton={<SkeletonLines count={10} />}>
      {(subject) => (
        <ScheduleForm
          // Saving leaves the form as it is, and the focus with it.
          key={opening}
          subject={subject}
          opened={opened}
          first={valuesOfSchedule(opened)}
          firstInputs={opened.inputs}
          saved={setOpened}
          reload={reload}
        />
      )}
    </Remote>
  );
}

/** What stands still and may want somebody: each with its reason, a link, and one action. */
import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { RunSummary, Schedule } from '../../api/gen';
import { pausedRunsQuery, schedulesQuery } from '../../api/queries';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { LinkTo } from '../../ui/LinkTo';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { useDirects } from '../../ui/rights';
import { Section } from '../../ui/Section';
import { runTitle } from '../runs/run-text';
import { StateMark } from '../runs/StateMark';
import { useResume } from '../runs/useResume';
import { ScheduleMark } from '../schedules/ScheduleMark';
import { useResumeSchedule } from '../schedules/useScheduleActs';
import type { Gate } from '../sessions/gate';
import { WhoDirects } from '../team/whom';
import classes from './Home.module.css';
import { attentionWords as words } from './words';

const SHOWN = 6;

export function NeedsAttention() {
  const runs = useQuery(pausedRunsQuery);
  const schedules = useQuery(schedulesQuery);
  const error = runs.error ?? schedules.error;
  const paused = runs.data?.data ?? [];
  const stopped = (schedules.data?.data ?? []).filter(
    ({ state }) => state === 'paused_no_credits' || state === 'needs_attention',
  );
  const count = paused.length + stopped.length;
  if (count === 0 && error === null) return null;
  const retry = () => Promise.all([runs.refetch(), schedules.refetch()]);
  return (
    <Section title={words.title} description={count > SHOWN ? words.first(SHOWN, count) : undefined}>
      {error === null ? null : <Failure text={words.failed} error={error} retry={retry} />}
      <ul className={classes.attention} data-testid="needs-attention">
        {paused.slice(0, SHOWN).map((run) => (
          <PausedRun key={run.id} run={run} />
        ))}
        {stopped.slice(0, Math.max(0, SHOWN - paused.length)).map((schedule) => (
          <StoppedSchedule key={schedule.id} schedule={schedule} />
        ))}
      </ul>
    </Section>
  );
}

function PausedRun({ run }: { run: RunSummary }) {
  const resume = useResume(run.id);
  const may = useDirects(run.started_by_id);
  const title = runTitle(run);
  return (
    <Row
      mark={<StateMark state={run.state} />}
      link={
        <LinkTo to="/runs/$runId" params={{ runId: run.id }} fw={550}>
          {title}
        </LinkTo>
      }
      reason={may ? words.runPaused : <WhoDirects maker={run.started_by_id} say={words.runOf} />}
      action={may ? { label: words.resumeOf(title), busy: resume.busy, press: resume.press } : null}
      failure={resume.failure}
      gate={resume.gate}
    />
  );
}

function StoppedSchedule({ schedule }: { schedule: Schedule }) {
  const [done, setDone] = useState(false);
  const may = schedule.can_edit;
  const resume = useResumeSchedule(schedule, () => setDone(true));
  return (
    <Row
      mark={<ScheduleMark state={schedule.state} />}
      link={
        <LinkTo to="/schedules/$scheduleId" params={{ scheduleId: schedule.id }} fw={550}>
          {schedule.name}
        </LinkTo>
      }
      reason={
        <>
          {schedule.note}{' '}
          {may ? words.missed : <WhoDirects maker={schedule.owner_id} say={words.scheduleOf} />}
        </>
      }
      action={
        may && !done
          ? { label: words.resumeOf(schedule.name), busy: resume.busy, press: resume.press }
          : null
      }
      failure={resume.failure}
      gate={resume.gate}
    />
  );
}

interface RowProps {
  mark: ReactNode;
  link: ReactNode;
  reason: ReactNode;
  action: { label: string; busy: boolean; press: () => void } | null;
  failure: Error | null;
  gate: Gate;
}

function Row({ mark, link, reason, action, failure, gate }: RowProps) {
  const { billing_access: billingAccess } = useMe();
  return (
    <li>
      <div className={classes.attentionRow}>
        <div className={classes.attentionText}>
          {mark}
          {link}
          <Text size="sm" c="dimmed" w="100%">
            {reason}
          </Text>
        </div>
        {action === null ? null : (
          <Button
            variant="default"
            loading={action.busy}
            aria-label={action.label}
            onClick={action.press}
          >
            {words.resume}
          </Button>
        )}
      </div>
      {failure ? <Failure text={words.notResumed} error={failure} /> : null}
      {gate.problem ? (
        <OutOfCredits problem={gate.problem} balance={gate.balance} billingAccess={billingAccess} />
      ) : null}
    </li>
  );
}

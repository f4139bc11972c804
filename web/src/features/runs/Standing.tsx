/** Where a run stands, in a sentence: in line, at work, waiting for credits, paused, or why it ended. */
import { Button, Group, Stack, Text } from '@mantine/core';
import type { Run } from '../../api/gen';
import { isZero } from '../../credits/amount';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import classes from './Steps.module.css';
import { useResume } from './useResume';
import type { Stop } from './useStopRun';
import { reasonSentences, standWords as words, words as runs } from './words';

interface Props {
  run: Run;
  /** Calls before this one at the model; null: not known. */
  ahead: number | null;
  stop: Stop;
}

export function Standing({ run, ahead, stop }: Props) {
  const reason = reasonSentences[run.reason ?? ''];
  return (
    <Stack gap="sm" className={classes.standing} data-testid="standing">
      {stop.error ? <Failure text={runs.failed} error={stop.error} /> : null}
      {run.state === 'waiting_for_credits' ? <Waits run={run} stop={stop} /> : null}
      {run.state === 'paused_no_credits' ? <Paused run={run} stop={stop} /> : null}
      {run.state === 'queued' && ahead !== null && ahead > 0 ? (
        <Text size="sm">{words.queued(ahead)}</Text>
      ) : null}
      {run.state === 'running' ? <Working run={run} stopping={stop.pressed} /> : null}
      {reason && run.state !== 'waiting_for_credits' && run.state !== 'paused_no_credits' ? (
        <Text size="sm">{reason}</Text>
      ) : null}
    </Stack>
  );
}

function Working({ run, stopping }: { run: Run; stopping: boolean }) {
  if (stopping) return <Text size="sm">{runs.stopping}</Text>;
  const step = run.steps.findLast(({ state }) => state === 'running');
  return step ? <Text size="sm">{words.working(step.name)}</Text> : null;
}

type HeldUp = Omit<Props, 'ahead'>;

function Waits({ run, stop }: HeldUp) {
  const { queue } = run;
  return (
    <>
      <Text fw={550}>{words.waits(queue?.ahead ?? 0)}</Text>
      <Text size="sm" c="dimmed">
        {words.waitsMore} {queue && !isZero(queue.needed) ? words.needs(queue.needed) : ''}
      </Text>
      {run.can_stop ? (
        <Group>
          <StopButton stop={stop} label={runs.cancelWaiting} />
        </Group>
      ) : null}
    </>
  );
}

function Paused({ run, stop }: HeldUp) {
  const { billing_access: billingAccess } = useMe();
  const resume = useResume(run.id);
  const { gate } = resume;
  return (
    <>
      <Text fw={550}>
        {words.paused} {run.queue && run.queue.ahead > 0 ? words.waits(run.queue.ahead) : ''}
      </Text>
      <Text size="sm" c="dimmed">
        {words.pausedMore} {run.queue && !isZero(run.queue.needed) ? words.needs(run.queue.needed) : ''}
      </Text>
      {resume.failure ? <Failure text={runs.failed} error={resume.failure} /> : null}
      {gate.problem ? (
        <OutOfCredits problem={gate.problem} balance={gate.balance} billingAccess={billingAccess} />
      ) : null}
      <Group gap="sm">
        {run.can_resume ? (
          <Button loading={resume.busy} onClick={resume.press}>
            {runs.resume}
          </Button>
        ) : null}
        {run.can_stop ? <StopButton stop={stop} label={runs.stop} /> : null}
      </Group>
    </>
  );
}

export function StopButton({ stop, label }: { stop: Stop; label: string }) {
  return (
    <Button
      variant="default"
      data-disabled={stop.pressed || undefined}
      aria-disabled={stop.pressed || undefined}
      onClick={stop.press}
    >
      {stop.pressed ? runs.stoppingShort : label}
    </Button>
  );
}

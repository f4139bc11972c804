/** The buttons of a schedule, what asks before they act, and the answer to an empty pool. */
import { Button, Group, Stack, Text } from '@mantine/core';
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerPlayFilled,
  IconTrash,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schedule } from '../../api/gen';
import { isZero } from '../../credits/amount';
import { OutOfCredits } from '../../credits/OutOfCredits';
import { Dialog } from '../../ui/Dialog';
import { useMe } from '../../ui/me';
import { Failure } from '../../ui/Remote';
import { RemoveDialog } from '../../ui/RemoveDialog';
import { words as shared } from '../../ui/words';
import { mayWait } from '../tools/RunButton';
import { useDeleteSchedule, usePause, useResumeSchedule, useRunNow } from './useScheduleActs';
import { pageWords as words } from './words';

export function ScheduleActions({ schedule }: { schedule: Schedule }) {
  const { state } = schedule;
  const pause = usePause(schedule);
  const [asking, setAsking] = useState<'resume' | 'delete' | null>(null);
  const close = () => setAsking(null);
  return (
    <Stack gap="sm" mt="lg">
      {pause.error ? <Failure text={words.failed} error={pause.error} /> : null}
      <RunNow schedule={schedule}>
        {state === 'active' ? (
          <Button
            variant="default"
            loading={pause.isPending}
            leftSection={<IconPlayerPause size={16} aria-hidden />}
            onClick={() => pause.mutate()}
          >
            {words.pause}
          </Button>
        ) : null}
        {state === 'active' || state === 'completed' ? null : (
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
            onClick={() => setAsking('resume')}
          >
            {words.resume}
          </Button>
        )}
        <Button
          variant="default"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => setAsking('delete')}
        >
          {words.remove}
        </Button>
      </RunNow>
      {asking === 'resume' ? <ResumeDialog schedule={schedule} close={close} /> : null}
      {asking === 'delete' ? <DeleteDialog schedule={schedule} close={close} /> : null}
    </Stack>
  );
}

interface RunNowProps {
  schedule: Schedule;
  /** The buttons beside it. */
  children: React.ReactNode;
}

function RunNow({ schedule, children }: RunNowProps) {
  const { billing_access: billingAccess } = useMe();
  const navigate = useNavigate();
  const run = useRunNow(schedule, ({ id }) => {
    void navigate({ to: '/runs/$runId', params: { runId: id } });
  });
  const { gate } = run;
  const dead = gate.closed && !mayWait(gate);
  return (
    <>
      {run.failure ? <Failure text={words.failed} error={run.failure} /> : null}
      {gate.closed ? (
        <>
          <OutOfCredits problem={gate.problem} balance={gate.balance} billingAccess={billingAccess} />
          <Text size="sm">{dead ? words.tooManyWait : words.runWaits}</Text>
        </>
      ) : null}
      <Group gap="sm">
        <Button
          loading={run.busy}
          data-disabled={dead || undefined}
          aria-disabled={dead || undefined}
          leftSection={<IconPlayerPlayFilled size={16} aria-hidden />}
          onClick={() => {
            if (!dead) run.press(gate.closed ? 'wait' : 'refuse');
          }}
        >
          {gate.closed ? words.runWaiting : words.runNow}
        </Button>
        {children}
      </Group>
    </>
  );
}

interface DialogProps {
  schedule: Schedule;
  close: () => void;
}

function ResumeDialog({ schedule, close }: DialogProps) {
  const { billing_access: billingAccess } = useMe();
  const resume = useResumeSchedule(schedule, close);
  const { gate } = resume;
  const forCredits = schedule.state === 'paused_no_credits';
  return (
    <Dialog title={words.resumeTitle(schedule.name)} close={close}>
      <Stack gap="md">
        {resume.failure ? <Failure text={words.failed} error={resume.failure} /> : null}
        {forCredits ? (
          <Text size="sm">
            {isZero(schedule.needed) ? '' : `${words.needed(schedule.needed)} `}
            {words.balance(gate.balance?.display.available ?? '')}
          </Text>
        ) : null}
        {gate.problem ? (
          <OutOfCredits problem={gate.problem} balance={gate.balance} billingAccess={billingAccess} />
        ) : null}
        <Text size="sm">
          {words.missed} {forCredits ? words.byItself : ''}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {shared.cancel}
          </Button>
          <Button loading={resume.busy} onClick={resume.press} data-autofocus>
            {words.resume}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function DeleteDialog({ schedule, close }: DialogProps) {
  const navigate = useNavigate();
  const remove = useDeleteSchedule(schedule, () => navigate({ to: '/schedules' }));
  return (
    <RemoveDialog
      title={words.removeTitle(schedule.name)}
      text={words.removeText}
      yes={words.remove}
      failed={words.failed}
      remove={remove}
      close={close}
    />
  );
}

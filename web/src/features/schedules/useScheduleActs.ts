/** What is done with a schedule by a button: run now, pause, resume, delete. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  deleteSchedule,
  pauseSchedule,
  resumeSchedule,
  type Run,
  runScheduleNow,
  type Schedule,
  type WhenShort,
} from '../../api/gen';
import { useIntent } from '../../api/intent';
import { call, outOfCredits } from '../../api/problem';
import { runQuery, scheduleQuery } from '../../api/queries';
import { announce } from '../../ui/announce';
import { useRunGate } from '../runs/gate';
import { pageWords as words } from './words';

type Some = Pick<Schedule, 'id' | 'name'>;

function useKeep() {
  const queries = useQueryClient();
  return (schedule: Schedule) => {
    queries.setQueryData(scheduleQuery(schedule.id).queryKey, schedule);
    void queries.invalidateQueries({ queryKey: ['schedules'] });
  };
}

export function usePause({ id, name }: Some) {
  const keep = useKeep();
  return useMutation({
    mutationFn: () => call(pauseSchedule({ path: { id } })),
    onSuccess: (schedule) => {
      keep(schedule);
      announce(words.paused(name));
    },
  });
}

/** With the gate that a refusal for want of credits goes to. */
export function useResumeSchedule({ id, name }: Some, done: () => void) {
  const keep = useKeep();
  const gate = useRunGate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => call(resumeSchedule({ path: { id } })),
    onSuccess: (schedule) => {
      gate.reset();
      keep(schedule);
      announce(words.resumed(name));
      done();
    },
    onError: (refused) => {
      const problem = outOfCredits(refused);
      if (problem) gate.refuse(problem);
    },
  });
  return {
    press: () => {
      if (!isPending) mutate();
    },
    busy: isPending,
    failure: error && !outOfCredits(error) ? error : null,
    gate,
  };
}

/** The same gate as for any other run; one key for each time that somebody meant it. */
export function useRunNow({ id, name }: Some, started: (run: Run) => void) {
  const queries = useQueryClient();
  const intent = useIntent();
  const gate = useRunGate();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (when: WhenShort) =>
      call(
        runScheduleNow({
          path: { id },
          body: { when_short: when },
          headers: { 'Idempotency-Key': intent.keyFor(`${id}.${when}`) },
        }),
      ),
    onSuccess: (run) => {
      intent.done();
      gate.reset();
      queries.setQueryData(runQuery(run.id).queryKey, run);
      void queries.invalidateQueries({ queryKey: ['runs'] });
      void queries.invalidateQueries({ queryKey: ['schedules'] });
      announce(run.state === 'waiting_for_credits' ? words.waits(name) : words.started(name));
      started(run);
    },
    onError: (refused) => {
      const problem = outOfCredits(refused);
      if (problem) gate.refuse(problem);
    },
  });
  return {
    press: (when: WhenShort) => {
      if (!isPending) mutate(when);
    },
    busy: isPending,
    failure: error && !outOfCredits(error) ? error : null,
    gate,
  };
}

export function useDeleteSchedule({ id, name }: Some, done: () => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call(deleteSchedule({ path: { id } })),
    onSuccess: async () => {
      await done();
      queries.removeQueries({ queryKey: ['schedule', id] });
      void queries.invalidateQueries({ queryKey: ['schedules'] });
      announce(words.removed(name));
    },
  });
}

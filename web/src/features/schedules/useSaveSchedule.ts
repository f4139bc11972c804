/**
 * Saving a schedule. A run of it moves it on as well: only if what people can edit has changed
 * meanwhile is that a conflict, otherwise it is saved on top.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  createSchedule,
  type CreateScheduleRequest,
  getSchedule,
  type Schedule,
  updateSchedule,
} from '../../api/gen';
import { ApiProblem, call } from '../../api/problem';
import { scheduleQuery } from '../../api/queries';

export function useSaveSchedule(opened: Schedule | null, saved: (schedule: Schedule) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateScheduleRequest) =>
      opened === null ? call(createSchedule({ body })) : update(opened, body),
    onSuccess: (schedule) => {
      queries.setQueryData(scheduleQuery(schedule.id).queryKey, schedule);
      void queries.invalidateQueries({ queryKey: ['schedules'] });
      saved(schedule);
    },
  });
}

async function update(opened: Schedule, body: CreateScheduleRequest): Promise<Schedule> {
  const path = { id: opened.id };
  const save = ({ updated_at }: Schedule) =>
    call(updateSchedule({ path, body: { ...body, updated_at } }));
  try {
    return await save(opened);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const newest = await call(getSchedule({ path }));
    if (edited(newest) !== edited(opened)) throw error;
    return save(newest);
  }
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 409;
}

/** All that people can change of it. */
function edited(schedule: Schedule): string {
  const { name, subject, inputs, rule, zone } = schedule;
  const { max_runs: runs, max_credits: cap, failure_limit: limit } = schedule;
  return JSON.stringify([name, subject, inputs, rule, zone, runs, cap, limit]);
}

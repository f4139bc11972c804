/** What a schedule starts, with its form: a tool or a workflow, as it is now. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { toolQuery, workflowQuery } from '../../api/queries';
import type { Subject } from '../tools/subject';
import { formOf, type Json, readDefinition } from '../workflows/definition';

export interface Scheduled extends Pick<Subject, 'kind' | 'id' | 'schedulable'> {
  name: string;
  /** JSON Schema of its inputs. */
  form: Json;
}

/** As a query: the subject once it is there, or why it is not. */
export function useScheduled({ kind, id }: Pick<Subject, 'kind' | 'id'>) {
  const tool = useQuery({ ...toolQuery(id), enabled: kind === 'tool' });
  const workflow = useQuery({ ...workflowQuery(id), enabled: kind === 'workflow' });
  const { error, refetch } = kind === 'tool' ? tool : workflow;
  const data = useMemo((): Scheduled | undefined => {
    if (kind === 'tool') {
      const found = tool.data;
      return found && { kind, id, name: found.name, schedulable: found.schedulable, form: found.inputs };
    }
    const found = workflow.data;
    return (
      found && {
        kind,
        id,
        name: found.name,
        schedulable: true,
        form: formOf(readDefinition(found.definition)),
      }
    );
  }, [kind, id, tool.data, workflow.data]);
  return { data, error, refetch };
}

/** What a form of inputs starts: a tool, or a workflow. */
import type { Usual } from '../../api/gen';

export interface Subject {
  kind: 'tool' | 'workflow';
  id: string;
  usual: Usual | null;
  schedulable: boolean;
}

/** How requests name it. */
export function named({ kind, id }: Pick<Subject, 'kind' | 'id'>): { tool: string } | { workflow: string } {
  return kind === 'tool' ? { tool: id } : { workflow: id };
}

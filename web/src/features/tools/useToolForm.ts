/**
 * The inputs somebody is writing: kept in this browser over reloads, together with the run
 * they were written beside. A run that is opened brings its own inputs along.
 */
import { useMemo, useState } from 'react';
import type { Run, Tool } from '../../api/gen';
import { ApiProblem } from '../../api/problem';
import {
  checkValues,
  type Field,
  fieldsOf,
  type FormErrors,
  type FormValue,
  type FormValues,
  initialValues,
  type Inputs,
  inputsOf,
  valuesOf,
} from './inputs/fields';

export interface ToolForm {
  fields: readonly Field[];
  values: FormValues;
  errors: FormErrors;
  inputs: Inputs;
  /** Nothing is wrong with them as far as can be said here. */
  complete: boolean;
  change: (name: string, value: FormValue) => void;
  leave: (name: string) => void;
  /** Fills the form with saved inputs. */
  fill: (inputs: Inputs) => void;
  /** Says what is wrong now; an empty record when nothing is. */
  check: () => FormErrors;
  refuse: (errors: FormErrors) => void;
}

interface Draft {
  run: string | null;
  inputs: Inputs;
}

interface Where {
  /** A tool, or what has an id and a form like one. */
  tool: Pick<Tool, 'id' | 'inputs'>;
  /** Whose draft it is. */
  user: string;
  /** The run whose inputs the form opens with. */
  opened: Run | null;
  /** The run beside the form now. */
  runId: string | null;
}

export function useToolForm({ tool, user, opened, runId }: Where): ToolForm {
  const fields = useMemo(() => fieldsOf(tool.inputs), [tool.inputs]);
  const key = draftKey(user, tool.id);
  return useInputs(
    fields,
    () => opening(fields, readDraft(key), opened),
    (inputs) => writeDraft(key, { run: runId, inputs }),
  );
}

/** Inputs as they were last written for a tool or workflow in this browser; null: none were. */
export function draftInputs(user: string, tool: string): Inputs | null {
  return readDraft(draftKey(user, tool))?.inputs ?? null;
}

function draftKey(user: string, tool: string): string {
  return `ampere.inputs.${user}.${tool}`;
}

/** A form of inputs; what is in it is handed over after each change. */
export function useInputs(
  fields: readonly Field[],
  first: () => FormValues,
  changed: (inputs: Inputs) => void,
): ToolForm {
  const [values, setValues] = useState(first);
  const [errors, setErrors] = useState<FormErrors>({});
  const set = (next: FormValues) => {
    setValues(next);
    changed(inputsOf(fields, next));
  };
  const found = useMemo(() => checkValues(fields, values), [fields, values]);
  return {
    fields,
    values,
    errors,
    inputs: useMemo(() => inputsOf(fields, values), [fields, values]),
    complete: Object.keys(found).length === 0,
    change: (name, value) => {
      set({ ...values, [name]: value });
      // Where one of several is enough, giving this one helps the others, too.
      const others = fields.find((field) => field.name === name)?.oneOf ?? [];
      setErrors(without(errors, [name, ...others]));
    },
    leave: (name) => {
      // An empty field is only called missing when one tries to run.
      const error = values[name] === '' ? undefined : found[name];
      if (error !== undefined) setErrors({ ...errors, [name]: error });
    },
    fill: (inputs) => {
      set(valuesOf(fields, inputs));
      setErrors({});
    },
    check: () => {
      setErrors(found);
      return found;
    },
    refuse: setErrors,
  };
}

function opening(fields: readonly Field[], draft: Draft | null, run: Run | null): FormValues {
  if (draft !== null && (run === null || draft.run === run.id)) {
    return valuesOf(fields, draft.inputs);
  }
  return run?.inputs ? valuesOf(fields, run.inputs) : initialValues(fields);
}

function without(errors: FormErrors, names: readonly string[]): FormErrors {
  return Object.fromEntries(Object.entries(errors).filter(([name]) => !names.includes(name)));
}

/** The server's sentences by input: everything below `/inputs/<name>` belongs to `<name>`. */
export function inputErrors(error: unknown, fields: readonly Field[]): FormErrors {
  const found: FormErrors = {};
  if (!(error instanceof ApiProblem)) return found;
  for (const { pointer, detail } of error.problem?.errors ?? []) {
    const name = /^#?\/inputs\/([^/]+)/.exec(pointer)?.[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
    if (name !== undefined && !(name in found) && fields.some((field) => field.name === name)) {
      found[name] = detail;
    }
  }
  return found;
}

function readDraft(key: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return null;
    const { run, inputs } = kept as Partial<Draft>;
    if (typeof inputs !== 'object' || inputs === null) return null;
    return { run: typeof run === 'string' ? run : null, inputs };
  } catch {
    return null;
  }
}

function writeDraft(key: string, draft: Draft): void {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Without a store the inputs live as long as the page, and on the run.
  }
}

/** The workflow that is being edited: what it is now, what is wrong with it, what can be undone. */
import { useEffect, useMemo, useState } from 'react';
import { announce } from '../../ui/announce';
import type { Definition, Step } from './definition';
import * as edit from './edit';
import { type Faults, stepKey, withoutFaults } from './faults';
import { type Broken, brokenSources } from './mapping';
import { builderWords as words } from './words';

export interface Draft {
  name: string;
  definition: Definition;
}

interface Removed {
  index: number;
  step: Step;
}

export type Builder = ReturnType<typeof useBuilder>;

/** Elements that get the focus when something has been added, moved, removed or put back. */
export const nameId = (step: string) => `name-${step}`;
export const moveId = (step: string, by: -1 | 1) => `move-${by === 1 ? 'down' : 'up'}-${step}`;
export const labelId = (input: number) => `input-label-${input}`;
export const UNDO_ID = 'undo-remove';

export function useBuilder(saved: Draft) {
  const [{ name, definition }, setDraft] = useState(saved);
  const [faults, setFaults] = useState<Faults>({});
  const [passed, setPassed] = useState<ReadonlySet<string>>(new Set());
  const pass = (keys: readonly string[]) => setPassed((before) => new Set([...before, ...keys]));
  const focus = useFocus();
  const broken = useMemo(() => brokenSources(definition), [definition]);
  const set = (next: Definition) => setDraft((draft) => ({ ...draft, definition: next }));
  return {
    name,
    definition,
    faults,
    setFaults,
    broken,
    /** Where something was to be chosen and was not, by what it is about. */
    passed,
    /** A choice was left as it was. */
    leave: (step: string, slot: string) => pass([stepKey(step, slot)]),
    /** All choices that are still to be made are wanted now. */
    insist: () => pass(broken.map(({ step, slot }) => stepKey(step, slot))),
    dirty: JSON.stringify({ name, definition }) !== JSON.stringify(saved),
    rename: (next: string) => {
      setDraft((draft) => ({ ...draft, name: next }));
      setFaults(withoutFaults(faults, 'name'));
    },
    /** A new definition; what was wrong with the part that has changed is forgotten. */
    set: (next: Definition, key: string) => {
      set(next);
      setFaults(withoutFaults(faults, key));
    },
    addInput: () => {
      set(edit.addInput(definition)[0]);
      focus(labelId(definition.inputs.length));
    },
    change: (step: Step, slot: string) => {
      set(edit.changeStep(definition, step.id, step));
      setFaults(withoutFaults(faults, stepKey(step.id, slot)));
    },
    ...useStepList({ definition, set, broken, focus }),
  };
}

interface Editing {
  definition: Definition;
  set: (next: Definition) => void;
  broken: readonly Broken[];
  focus: (id: string) => void;
}

// The list as a whole: each change is said, and the focus goes where one goes on.
function useStepList({ definition, set, broken, focus }: Editing) {
  const [removed, setRemoved] = useState<Removed | null>(null);
  const put = (next: Definition, id: string, said: string) => {
    set(next);
    setRemoved(null);
    announce(said);
    focus(nameId(id));
  };
  return {
    removed,
    add: (step: edit.NewStep) => {
      const [next, id] = edit.addStep(definition, step);
      put(next, id, words.added(step.name));
    },
    duplicate: (index: number) => {
      const copy = words.copyName(definition.steps[index]?.name ?? '').slice(0, 80);
      const [next, id] = edit.duplicateStep(definition, index, copy);
      put(next, id, words.added(copy));
    },
    move: (index: number, by: -1 | 1) => {
      const next = edit.moveStep(definition, index, by);
      const step = definition.steps[index];
      if (!step || next === definition) return;
      set(next);
      const lost = brokenSources(next).length - broken.length;
      const said = words.moved(step.name, index + by + 1);
      announce(lost > 0 ? `${said} ${words.lost(lost)}` : said);
      focus(moveId(step.id, by));
    },
    remove: (index: number) => {
      const step = definition.steps[index];
      if (!step) return;
      set(edit.removeStep(definition, index));
      setRemoved({ index, step });
      announce(words.removed(step.name));
      focus(UNDO_ID);
    },
    undo: () => {
      if (removed === null) return;
      const { index, step } = removed;
      put(edit.putBack(definition, index, step), step.id, words.back(step.name));
    },
  };
}

// The element is there only after the next drawing.
function useFocus(): (id: string) => void {
  const [wanted, setWanted] = useState<{ id: string } | null>(null);
  useEffect(() => {
    if (wanted === null) return;
    const element = document.getElementById(wanted.id);
    element?.focus();
    element?.scrollIntoView({ block: 'nearest' });
  }, [wanted]);
  return (id) => setWanted({ id });
}

interface Errors {
  faults: Faults;
  broken: readonly Broken[];
  passed: ReadonlySet<string>;
}

/**
 * What is said at a value: what cannot be, and otherwise what the server has found. A choice that
 * nobody could make yet, as in a step that was just added, is no mistake.
 */
export function errorAt(
  { faults, broken, passed }: Errors,
  step: string,
  slot: string,
): string | undefined {
  const key = stepKey(step, slot);
  const found = broken.find((one) => one.step === step && one.slot === slot);
  return found && (!found.unset || passed.has(key)) ? found.why : faults[key];
}

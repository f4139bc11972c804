/** Editing a workflow: what steps may use, and what moving, removing and renaming does to that. */
import { expect, test } from 'vitest';
import { ApiProblem } from '../src/api/problem';
import {
  type Definition,
  formOf,
  readDefinition,
  sentDefinition,
} from '../src/features/workflows/definition';
import * as edit from '../src/features/workflows/edit';
import { faultsOf, withoutFaults } from '../src/features/workflows/faults';
import { brokenSources, offersFor, pathText } from '../src/features/workflows/mapping';
import { shortage, workflow } from './samples';

const digest = (): Definition => readDefinition(workflow().definition);
const kinds = { 'summarize-document': 'table' } as const;
const paths = (definition: Definition, index: number, wanted: 'text' | 'file' = 'text') =>
  offersFor(definition, index, wanted, kinds).flatMap(({ items }) => items.map(({ path }) => path));

test('a step is offered the form and the results of earlier steps, never its own or later ones', () => {
  expect(paths(digest(), 0)).toEqual(['inputs.topic']);
  const earlier = ['inputs.topic', 's1.result', 's1.result.rows', 's1.result.columns'];
  expect(paths(digest(), 1)).toEqual(earlier);
  expect(paths(digest(), 2)).toEqual([...earlier, 's2.result']);
});

test('a file comes only from the form; a condition has no result', () => {
  expect(paths(digest(), 2, 'file')).toEqual(['inputs.paper']);
  const [after] = edit.addStep(digest(), { kind: 'prompt', name: 'Then', prompt: 'x', inputs: {} });
  expect(paths(after, 3).some((path) => path.startsWith('s3'))).toBe(false);
});

test('offers read as people say them, by the place a step has now', () => {
  const labels = offersFor(digest(), 1, 'text', kinds).flatMap(({ items }) => items);
  expect(labels.map(({ label }) => label).slice(0, 3)).toEqual([
    'From the form › Topic',
    'Step 1 › result',
    'Step 1 › result.rows',
  ]);
  expect(pathText('s2.result.total', digest())).toBe('Step 2 › result.total');
  expect(pathText('s2.result', edit.moveStep(digest(), 1, -1))).toBe('Step 1 › result');
});

test('moving a step before what it uses makes its source wrong and says so; moving back heals it', () => {
  expect(brokenSources(digest())).toEqual([]);
  const moved = edit.moveStep(digest(), 1, -1);
  expect(moved.steps.map(({ id }) => id)).toEqual(['s2', 's1', 's3']);
  expect(brokenSources(moved)).toEqual([
    {
      step: 's2',
      slot: 'inputs/summarize',
      why: 'Step 2 does not come before this one. Choose again.',
      unset: false,
    },
  ]);
  expect(edit.moveStep(moved, 0, 1)).toEqual(digest());
  expect(edit.moveStep(digest(), 0, -1)).toEqual(digest());
  expect(edit.moveStep(digest(), 2, 1)).toEqual(digest());
});

test('removing a step or an input leaves what used it wrong; putting it back heals it', () => {
  const [, ask] = digest().steps;
  if (!ask) throw new Error('a second step');
  const removed = edit.removeStep(digest(), 1);
  expect(brokenSources(removed).map(({ step, slot }) => [step, slot])).toEqual([['s3', 'left']]);
  expect(edit.putBack(removed, 1, ask)).toEqual(digest());
  const without = edit.removeInput(digest(), 'topic');
  expect(brokenSources(without)[0]).toMatchObject({ step: 's1', slot: 'inputs/topic' });
});

test('a new step never takes the id that something still points to', () => {
  const removed = edit.removeStep(edit.removeStep(digest(), 2), 0);
  const [next, id] = edit.addStep(removed, { kind: 'prompt', name: 'New', prompt: '', inputs: {} });
  expect(id).toBe('s3');
  expect(next.steps.map((step) => step.id)).toEqual(['s2', 's3']);
  const alone = edit.removeStep(digest(), 1);
  const [, after] = edit.addStep(edit.removeStep(alone, 0), {
    kind: 'prompt',
    name: 'New',
    prompt: '',
    inputs: {},
  });
  expect(after).toBe('s4');
});

test('a copy stands behind its original with an id of its own and the same sources', () => {
  const [next, id] = edit.duplicateStep(digest(), 0, 'Summarize (copy)');
  expect(next.steps.map((step) => step.name)).toEqual([
    'Summarize',
    'Summarize (copy)',
    'Ask Joule',
    'Only if new',
  ]);
  expect(next.steps[1]).toMatchObject({ id, inputs: { topic: { from: 'inputs.topic' } } });
  expect(id).toBe('s4');
});

test('a new input is named by its label, once, and steps that use it follow', () => {
  const [added, name] = edit.addInput(digest());
  const labelled = edit.changeInput(added, name, { label: '2. Größe & topic?' });
  const used = edit.changeStep(labelled, 's1', {
    id: 's1',
    name: 'Summarize',
    kind: 'tool',
    tool: 'summarize-document',
    inputs: { topic: { from: `inputs.${name}` } },
  });
  const named = edit.nameByLabel(used, name);
  expect(named.inputs.at(-1)?.name).toBe('gro_e_topic');
  expect(brokenSources(named)).toEqual([]);
  expect(edit.nameByLabel(edit.changeInput(named, 'gro_e_topic', { label: 'Other' }), 'gro_e_topic'))
    .toMatchObject({ inputs: [{}, {}, { name: 'gro_e_topic', label: 'Other' }] });
  const [again, second] = edit.addInput(digest());
  const twice = edit.nameByLabel(edit.changeInput(again, second, { label: 'Topic' }), second);
  expect(twice.inputs.map((input) => input.name)).toEqual(['topic', 'paper', 'topic_2']);
});

test('material is named by where it comes from, each name once', () => {
  const [, ask] = digest().steps;
  if (ask?.kind !== 'prompt') throw new Error('a question');
  const more = edit.addMaterial(ask, { from: 's1.result.rows' }, digest());
  expect(Object.keys(more.inputs)).toEqual(['summarize', 'summarize_2']);
  const other = edit.changeMaterial(more, 'summarize', { from: 'inputs.topic' }, digest());
  expect(Object.entries(other.inputs)).toEqual([
    ['topic', { from: 'inputs.topic' }],
    ['summarize_2', { from: 's1.result.rows' }],
  ]);
});

test('what is empty is not sent, and a test that needs no second value has none', () => {
  const definition = digest();
  const [first, , last] = definition.steps;
  if (first?.kind !== 'tool' || last?.kind !== 'condition') throw new Error('the sample');
  first.inputs['length'] = { value: '' };
  last.test = 'is_empty';
  const sent = sentDefinition(definition) as unknown as Definition;
  expect(sent.steps[0]).toMatchObject({ inputs: { topic: { from: 'inputs.topic' } } });
  expect(Object.keys((sent.steps[0] as typeof first).inputs)).toEqual(['topic']);
  expect('right' in (sent.steps[2] ?? {})).toBe(false);
  expect(sentDefinition(digest())).toEqual(workflow().definition);
});

test('the form of a workflow is one like a tool’s', () => {
  expect(formOf(digest())).toEqual({
    type: 'object',
    required: ['topic'],
    properties: {
      topic: { type: 'string', title: 'Topic' },
      paper: { type: 'string', format: 'file', title: 'Paper' },
    },
  });
});

test('the server’s sentences stay with their steps and inputs when those are moved', () => {
  const error = new ApiProblem(422, {
    ...shortage({ status: 422, code: 'validation_failed' }),
    errors: [
      { pointer: '/name', code: 'required', detail: 'A name.' },
      { pointer: '/definition/inputs/1/label', code: 'required', detail: 'A label.' },
      { pointer: '/definition/steps/0/inputs/pages/2', code: 'wrong', detail: 'No address.' },
      { pointer: '/definition/steps/1/prompt', code: 'required', detail: 'A question.' },
      { pointer: '/definition/steps', code: 'too_long', detail: 'Too many.' },
    ],
  });
  const faults = faultsOf(error, digest());
  expect(faults).toEqual({
    name: 'A name.',
    'input:paper:label': 'A label.',
    'step:s1:inputs/pages': 'No address.',
    'step:s2:prompt': 'A question.',
    steps: 'Too many.',
  });
  expect(Object.keys(withoutFaults(faults, 'step:s1:'))).toHaveLength(4);
});

import { expect, test } from 'vitest';
import { ApiProblem } from '../src/api/problem';
import { capOf } from '../src/features/tools/cap';
import {
  checkValues,
  fieldsOf,
  initialValues,
  inputsOf,
  valuesOf,
} from '../src/features/tools/inputs/fields';
import { inputErrors } from '../src/features/tools/useToolForm';
import { shortage } from './samples';

const schema = {
  type: 'object',
  required: ['text', 'pages', 'tone'],
  properties: {
    text: { type: 'string', format: 'long-text', maxLength: 12, description: 'What to read.' },
    pages: { type: 'array', format: 'pages', maxItems: 2 },
    tone: { type: 'string', title: 'Tone of voice', enum: ['warm', 'very_formal'] },
    count: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
    share: { type: 'number' },
    emojis: { type: 'boolean', default: true },
    document: { type: 'string', format: 'file', 'x-accept': ['text/csv'] },
    source: { type: 'string', format: 'url', 'x-advanced': true },
  },
};
const fields = fieldsOf(schema);

const errors = (values: Record<string, string | boolean>) =>
  checkValues(fields, { ...initialValues(fields), ...values });

test('a schema becomes fields, with words for people', () => {
  expect(fields.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'text long_text',
    'pages pages',
    'tone choice',
    'count integer',
    'share number',
    'emojis switch',
    'document file',
    'source url',
  ]);
  expect(fields[0]).toMatchObject({ label: 'Text', help: 'What to read.', required: true, most: 12 });
  expect(fields[2]).toMatchObject({ label: 'Tone of voice', choices: ['warm', 'very_formal'] });
  expect(fields[6]).toMatchObject({ accept: ['text/csv'], required: false });
  expect(fields.filter(({ advanced }) => advanced).map(({ name }) => name)).toEqual(['source']);
});

test('the declared order holds; what it does not name comes last', () => {
  const properties = { a: {}, b: {}, c: {}, d: {} };
  const sorted = fieldsOf({ properties, 'x-order': ['c', 'a', 'd'] });
  expect(sorted.map(({ name }) => name)).toEqual(['c', 'a', 'd', 'b']);
});

test('defaults fill the form at first; what is empty is not sent', () => {
  const values = initialValues(fields);
  expect(values).toMatchObject({ count: '3', emojis: true, text: '', tone: '' });
  expect(inputsOf(fields, values)).toEqual({ count: 3, emojis: true });
});

test('inputs go into the form and come out of it as they were', () => {
  const inputs = {
    text: 'Two\nlines',
    pages: ['https://a.example', 'https://b.example/x'],
    tone: 'very_formal',
    count: 5,
    share: 0.25,
    emojis: false,
    document: 'file_1',
    source: 'https://c.example',
  };
  const values = valuesOf(fields, inputs);
  expect(values['pages']).toBe('https://a.example\nhttps://b.example/x');
  expect(inputsOf(fields, values)).toEqual(inputs);
});

test('each kind of mistake has its sentence', () => {
  expect(Object.keys(errors({}))).toEqual(['text', 'pages', 'tone']);
  expect(errors({ text: 'longer than twelve' })['text']).toBe('At most 12 characters.');
  expect(errors({ pages: 'https://a.example\nnonsense' })['pages']).toContain('“nonsense”');
  expect(errors({ pages: 'http://a.b\nhttp://c.d\nhttp://e.f' })['pages']).toBe('At most 2 lines.');
  expect(errors({ count: '2.5' })['count']).toBe('This must be a whole number.');
  expect(errors({ count: 'two' })['count']).toBe('This must be a number.');
  expect(errors({ count: '10' })['count']).toBe('At most 9.');
  expect(errors({ source: 'javascript:alert(1)' })['source']).toContain('https://');
  const right = { text: 'short', pages: 'https://a.example', tone: 'warm', count: '9', share: '-1.5' };
  expect(errors(right)).toEqual({});
});

test('where one of several inputs is enough, only none of them is a mistake', () => {
  const either = fieldsOf({
    'x-one-of': ['text', 'file'],
    properties: { text: { type: 'string' }, file: { type: 'string', format: 'file' } },
  });
  expect(checkValues(either, { text: ' ', file: '' })).toEqual({
    text: 'One of these is needed: Text or File.',
  });
  expect(checkValues(either, { text: '', file: 'file_1' })).toEqual({});
  expect(checkValues(fieldsOf({ properties: { text: { type: 'string' } } }), { text: '' })).toEqual({});
});

test('the server’s errors below an input belong to it; others are not taken', () => {
  const problem = new ApiProblem(422, {
    ...shortage({ code: 'validation_failed', status: 422 }),
    errors: [
      { pointer: '/inputs/pages/1', code: 'refused', detail: 'This page may not be read.' },
      { pointer: '/inputs/pages/0', code: 'refused', detail: 'A second one.' },
      { pointer: '/inputs/unknown', code: 'x', detail: 'Not of this form.' },
      { pointer: '/max_credits', code: 'x', detail: 'Too small.' },
    ],
  });
  expect(inputErrors(problem, fields)).toEqual({ pages: 'This page may not be read.' });
  expect(inputErrors(new Error('else'), fields)).toEqual({});
});

test('a cap is an amount above zero or nothing', () => {
  expect(capOf('')).toBeNull();
  expect(capOf(' 1,200.5 ')).toBe('1200.5');
  for (const bad of ['0', '0.00', '-3', 'ten', '1.1234567']) expect(capOf(bad)).toBe('wrong');
});

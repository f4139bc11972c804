import { expect, test } from 'vitest';
import { Intent, newKey } from '../src/api/intent';
import { ApiProblem, call, fieldErrors, outOfCredits } from '../src/api/problem';
import { shortage } from './samples';

const invalid = new ApiProblem(422, {
  ...shortage({ code: 'validation_failed', status: 422 }),
  errors: [
    { pointer: '/email', code: 'taken', detail: 'This address has an account already.' },
    { pointer: '#/password', code: 'too_short', detail: 'At least 8 characters.' },
    { pointer: '/email', code: 'later', detail: 'A second one for the same field.' },
    { pointer: '/zone', code: 'unknown', detail: 'No such zone.' },
  ],
});

test('field errors land on the fields of the form, the first of each', () => {
  expect(fieldErrors(invalid, ['name', 'email', 'password'])).toEqual({
    email: 'This address has an account already.',
    password: 'At least 8 characters.',
  });
  expect(fieldErrors(new Error('else'), ['email'])).toEqual({});
});

test('a problem keeps its code, sentence and request id; no answer is “unreachable”', async () => {
  const refused = call(
    Promise.resolve({ error: shortage(), response: new Response(null, { status: 402 }) }),
  );
  await expect(refused).rejects.toMatchObject({
    status: 402,
    code: 'insufficient_credits',
    requestId: 'req_1',
    message: 'This run needs a hold of 60 credits; 12 are available.',
  });
  await expect(call(Promise.resolve({ error: new TypeError('x') }))).rejects.toMatchObject({
    status: 0,
    code: 'unreachable',
  });
});

test('only the 402 of an empty pool is out of credits', () => {
  expect(outOfCredits(new ApiProblem(402, shortage()))?.required).toBe('60');
  expect(outOfCredits(new ApiProblem(402, shortage({ code: 'payment_declined' })))).toBeNull();
  expect(outOfCredits(new ApiProblem(409, shortage()))).toBeNull();
});

test('one key per intent: the same until it is done, another for another text', () => {
  const intent = new Intent();
  const first = intent.keyFor('hello');
  expect(intent.keyFor('hello')).toBe(first);
  expect(intent.keyFor('other')).not.toBe(first);
  const other = intent.keyFor('other');
  intent.done();
  expect(intent.keyFor('other')).not.toBe(other);
});

test('keys are random version 4 UUIDs', () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(newKey()).toMatch(form);
  expect(newKey()).not.toBe(newKey());
});

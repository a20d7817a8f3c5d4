import { expect, test } from '@jest/globals';
import { badUserInput, forbidden, notFound, userError } from './errors.ts';

test('errors carry the code that clients go by', () => {
  expect([badUserInput('x'), forbidden('x'), notFound('x')].map((e) => e.extensions['code'])).toEqual([
    'BAD_USER_INPUT',
    'FORBIDDEN',
    'NOT_FOUND',
  ]);
  expect(badUserInput('x', 'first').extensions).toEqual({ code: 'BAD_USER_INPUT', field: 'first' });
});

test('what a user can mend names the field, as a path, when it is about one', () => {
  expect(userError('TOO_LONG', 'x', 'text')).toEqual({ code: 'TOO_LONG', field: ['text'], message: 'x' });
  expect(userError('TOO_LONG', 'x', ['labels', '0'])).toEqual({
    code: 'TOO_LONG',
    field: ['labels', '0'],
    message: 'x',
  });
  expect(userError('CLOSED', 'x')).toEqual({ code: 'CLOSED', field: null, message: 'x' });
});

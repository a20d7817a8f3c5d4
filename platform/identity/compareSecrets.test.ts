import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { secretsEqual } from './compareSecrets.ts';

describe('comparing secrets', () => {
  test('agrees with equality for any two texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.isWellFormed() && b.isWellFormed());
        expect(secretsEqual(a, b)).toBe(a === b);
        expect(secretsEqual(a, a)).toBe(true);
      }),
    );
  });

  test.each([
    ['', 'x'],
    ['secret', 'secret '],
    ['secret', 'Secret'],
    ['secret', 'secretsecret'],
  ])('tells %j from %j', (a, b) => {
    expect(secretsEqual(a, b)).toBe(false);
  });
});

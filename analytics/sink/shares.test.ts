import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allShares, exclusively, shareOf, sharesOf, SHARES } from './shares.ts';

const members = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 20 });

describe('shares', () => {
  test('fall each to exactly one of those who are there, and evenly', () => {
    fc.assert(
      fc.property(members, (there) => {
        const parts = there.map((member) => sharesOf(member, there));
        expect(parts.flat().toSorted((a, b) => a - b)).toEqual(allShares);
        const sizes = parts.map((part) => part.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('are the same whoever reckons them, in whatever order they know of each other', () => {
    fc.assert(
      fc.property(members, (there) => {
        for (const member of there) expect(sharesOf(member, there.toReversed())).toEqual(sharesOf(member, there));
      }),
    );
  });

  test('fall all to who wants them exclusively, also of two who do to one only', () => {
    fc.assert(
      fc.property(
        members,
        fc.uniqueArray(fc.uuid().map(exclusively), { minLength: 1, maxLength: 2 }),
        (there, alone) => {
          const all = [...there, ...alone];
          expect(there.flatMap((member) => sharesOf(member, all))).toEqual([]);
          expect(alone.map((member) => sharesOf(member, all).length).toSorted((a, b) => b - a)).toEqual(
            [SHARES, 0].slice(0, alone.length),
          );
        },
      ),
    );
  });

  test('take up companies about evenly, each always in the same one', () => {
    const counts = new Map<number, number>();
    for (const company of fc.sample(fc.uuid(), { numRuns: 3_200, seed: 1 })) {
      expect(shareOf(company)).toBe(shareOf(company));
      counts.set(shareOf(company), (counts.get(shareOf(company)) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual(allShares);
    expect(Math.max(...counts.values())).toBeLessThan(300);
  });
});

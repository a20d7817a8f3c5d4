import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distributionFusion, reciprocalRankFusion } from './fusion.ts';
import type { Hit } from './topK.ts';

const list = fc
  .uniqueArray(fc.record({ slot: fc.nat(20), score: fc.double({ min: -9, max: 9, noNaN: true }) }), {
    selector: ({ slot }) => slot,
    maxLength: 8,
  })
  .map((hits): Hit[] => hits.toSorted((a, b) => b.score - a.score));
const lists = fc.array(list, { minLength: 1, maxLength: 4 });
const hits = (...slots: number[]): Hit[] => slots.map((slot, rank) => ({ slot, score: 1 - rank / 10 }));

describe('reciprocal rank fusion', () => {
  it('counts as Qdrant does: 1/2 for the first, 1/3 for the second, summed', () => {
    const scores = reciprocalRankFusion([hits(2, 1), hits(1, 2, 3), hits(5, 3, 1)]);
    expect(scores.get(1)).toBeCloseTo(1.0833334, 6);
    expect(scores.get(2)).toBeCloseTo(0.8333334, 6);
    expect(scores.get(3)).toBeCloseTo(0.5833334, 6);
    expect(scores.get(5)).toBe(0.5);
  });

  it('sees ranks, not scores, and in any order of the lists', () => {
    fc.assert(
      fc.property(lists, (given) => {
        const flattened = given.map((one) => one.map(({ slot }, rank) => ({ slot, score: -rank })));
        const [scores, other] = [reciprocalRankFusion(given), reciprocalRankFusion(flattened.toReversed())];
        expect(new Set(scores.keys())).toEqual(new Set(other.keys()));
        for (const [slot, score] of scores) expect(other.get(slot)).toBeCloseTo(score, 10);
      }),
    );
  });

  it('stretches the ranks of a list by its weight, and leaves out what weighs nothing', () => {
    const scores = reciprocalRankFusion([hits(1, 2), hits(3)], { k: 60, weights: [2, 0] });
    expect(scores.get(1)).toBeCloseTo(1 / (1 / 2 + 59), 10);
    expect(scores.get(2)).toBeCloseTo(1 / (2 / 2 + 59), 10);
    expect(scores.get(3)).toBe(0);
  });

  it('refuses weights that do not fit the lists', () => {
    expect(() => reciprocalRankFusion([hits(1)], { weights: [1, 2] })).toThrow('got 2, expected 1');
  });
});

describe('distribution-based fusion', () => {
  it('puts the mean of a list in the middle and three deviations at the ends', () => {
    const scores = distributionFusion([
      [
        { slot: 1, score: 3 },
        { slot: 2, score: 2 },
        { slot: 3, score: 1 },
      ],
    ]);
    expect(scores.get(1)).toBeCloseTo(0.5 + 1 / 6, 10);
    expect(scores.get(2)).toBeCloseTo(0.5, 10);
    expect(scores.get(3)).toBeCloseTo(0.5 - 1 / 6, 10);
  });

  it('gives half to what stands alone or equal', () => {
    const same = [1, 2].map((slot) => ({ slot, score: 7 }));
    expect(distributionFusion([same, [{ slot: 3, score: -1 }]])).toEqual(new Map([1, 2, 3].map((slot) => [slot, 0.5])));
  });

  it('does not change when a list is scaled or moved', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 }), (given) => {
        const of = (scores: number[]) => distributionFusion([scores.map((score, slot) => ({ slot, score }))]);
        const [scores, moved] = [of(given), of(given.map((score) => score * 4 + 16))];
        for (const [slot, score] of scores) expect(moved.get(slot)).toBeCloseTo(score, 6);
      }),
    );
  });
});

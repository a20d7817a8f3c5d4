import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Distance } from './denseIndex.ts';
import type { Condition, Filter } from './filter.ts';
import { BLOCK } from './matrix.ts';
import { Segment } from './segment.ts';
import type { Hit } from './topK.ts';

interface Sample {
  readonly dense: number[];
  readonly sparse: Map<number, number>;
  readonly company: string;
}

const dense = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 5, maxLength: 5 });
const sparse = fc
  .dictionary(fc.integer({ min: 0, max: 9 }).map(String), fc.integer({ min: 1, max: 5 }), { maxKeys: 6 })
  .map((weights) => new Map(Object.entries(weights).map(([term, weight]) => [Number(term), weight])));
const sample: fc.Arbitrary<Sample> = fc.record({ dense, sparse, company: fc.constantFrom('a', 'b', 'c') });
/** Writes in turn: a sample for an id, or nothing to delete it. */
const writes = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.option(sample, { freq: 6 })), { maxLength: 80 });

const input = (weights: ReadonlyMap<number, number>) => ({
  indices: [...weights.keys()],
  values: [...weights.values()],
});

function build(changes: readonly [number, Sample | null][], distance: Distance, indexed: boolean) {
  const segment = new Segment({ dense: { d: { size: 5, distance } }, sparse: { s: { idf: true } } });
  const points = new Map<number, Sample>();
  if (indexed) segment.createIndex('company', { type: 'keyword' });
  for (const [id, it] of changes) {
    if (it) {
      const vectors = { d: it.dense, s: input(it.sparse) };
      segment.put(segment.prepare({ id, vectors, payload: { company: it.company } }, 1));
      points.set(id, it);
    } else {
      segment.remove(id);
      points.delete(id);
    }
  }
  return { segment, points };
}

const must = (...conditions: Condition[]): Filter => ({ must: conditions, should: [], mustNot: [] });
const ofCompany = (company: string) => must({ kind: 'matchAny', key: 'company', values: [company] });

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = dot(a, b);
  const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return lengths === 0 ? 0 : product / lengths;
}
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const euclid = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)));
const scoreOf: Record<Distance, (a: readonly number[], b: readonly number[]) => number> = {
  Cosine: cosine,
  Dot: dot,
  Euclid: euclid,
};

const isClose = (a: number, b: number | undefined) => b !== undefined && Math.abs(a - b) < 1e-5;

/**
 * What is wrong with a ranking, given the score that every match must have. What scores the same up to rounding may come in
 * either order, so each place is held against the score that belongs there.
 */
function flaws(
  searched: Segment,
  hits: readonly Hit[],
  scores: ReadonlyMap<number, number>,
  limit: number,
  sign: 1 | -1,
) {
  const best = [...scores.values()].toSorted((a, b) => sign * (b - a)).slice(0, limit);
  const found = hits.map(({ slot, score }) => ({ id: Number(searched.entryAt(slot).id), score }));
  const misplaced = found.filter(
    ({ id, score }, rank) => !isClose(score, best[rank]) || !isClose(score, scores.get(id)),
  );
  const distinct = new Set(found.map(({ id }) => id)).size;
  return { misplaced, missing: best.length - distinct };
}
const none = { misplaced: [], missing: 0 };

describe('a search', () => {
  it.each<Distance>(['Cosine', 'Dot', 'Euclid'])('finds exactly the nearest dense vectors by %s', (distance) => {
    fc.assert(
      fc.property(writes, dense, fc.integer({ min: 1, max: 12 }), fc.boolean(), (changes, query, limit, indexed) => {
        const { segment, points } = build(changes, distance, indexed);
        for (const searched of [segment, segment.rebuilt()]) {
          const hits = searched.nearest(searched.vectors.query('d', query), ofCompany('a'), limit);
          const inCompany = [...points].filter(([, it]) => it.company === 'a');
          const scores = new Map(inCompany.map(([id, it]) => [id, scoreOf[distance](query, it.dense)]));
          expect(flaws(searched, hits, scores, limit, distance === 'Euclid' ? -1 : 1)).toEqual(none);
        }
      }),
    );
  });

  describe.each<Distance>(['Cosine', 'Dot', 'Euclid'])(
    'by %s, of more vectors than are compared at once',
    (distance) => {
      /** The same each time. */
      function numbers(): () => number {
        let state = 1;
        return () => (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff - 0.5;
      }

      it.each<[string, (next: () => number, place: number) => number]>([
        ['of all kinds', (next) => next()],
        ['that differ by less than a byte tells', (next, place) => (place === 3 ? 1.3 : 1 + next() / 100)],
        ['of which one number is larger than all others', (next, place) => (place === 3 ? 20 : next())],
        ['some of which are zero', (next) => Math.max(0, next() - 0.3)],
      ])('finds exactly the nearest: %s', (_kind, numberAt) => {
        const next = numbers();
        const vector = (number: typeof numberAt) => Array.from({ length: 21 }, (_, place) => number(next, place));
        const vectors = Array.from({ length: BLOCK + 1_000 }, () => vector(numberAt));
        const segment = new Segment({ dense: { d: { size: 21, distance } }, sparse: {} });
        for (const [id, one] of vectors.entries()) {
          segment.put(segment.prepare({ id, vectors: { d: one }, payload: {} }, 1));
        }
        for (const query of [1, 2, 3, 4].map(() => vector(next))) {
          const hits = segment.nearest(segment.vectors.query('d', query), undefined, 10);
          const scores = new Map(vectors.map((one, id) => [id, scoreOf[distance](query, one)]));
          expect(flaws(segment, hits, scores, 10, distance === 'Euclid' ? -1 : 1)).toEqual(none);
        }
      });
    },
  );

  it('finds exactly the nearest sparse vectors, words weighed over the whole collection', () => {
    fc.assert(
      fc.property(writes, sparse, fc.integer({ min: 1, max: 12 }), fc.boolean(), (changes, query, limit, indexed) => {
        const { segment, points } = build(changes, 'Dot', indexed);
        const documents = [...points.values()].filter((it) => it.sparse.size > 0).length;
        const weigh = (term: number) => {
          const frequency = [...points.values()].filter((it) => it.sparse.has(term)).length;
          return Math.log((documents - frequency + 0.5) / (frequency + 0.5) + 1);
        };
        const scores = new Map<number, number>();
        for (const [id, it] of points) {
          const shared = [...query].filter(([term]) => it.sparse.has(term));
          if (it.company !== 'b' || shared.length === 0) continue;
          scores.set(
            id,
            shared.reduce((sum, [term, weight]) => sum + weight * weigh(term) * (it.sparse.get(term) ?? 0), 0),
          );
        }
        for (const searched of [segment, segment.rebuilt()]) {
          const prepared = searched.vectors.query('s', input(query));
          for (const among of [undefined, searched.matching(undefined)]) {
            const hits = searched.nearest(prepared, ofCompany('b'), limit, among);
            expect(flaws(searched, hits, scores, limit, 1)).toEqual(none);
          }
        }
      }),
    );
  });

  it('ranks what is equally near by id', () => {
    const { segment } = build(
      [7, 3, 5].map((id) => [id, { dense: [1, 1, 1, 1, 1], sparse: new Map(), company: 'a' }]),
      'Dot',
      false,
    );
    const hits = segment.nearest(segment.vectors.query('d', [1, 0, 0, 0, 0]), undefined, 2);
    expect(hits.map(({ slot }) => segment.entryAt(slot).id)).toEqual([3, 5]);
  });
});

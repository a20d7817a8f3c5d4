import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileFilter, type Condition, type Filter, mergeFilters } from './filter.ts';
import type { Payload } from './payloadPath.ts';
import { Segment } from './segment.ts';

const value = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y', 'z'), fc.boolean(), fc.constant(null));
const payload: fc.Arbitrary<Payload> = fc.dictionary(
  fc.constantFrom('a', 'b'),
  fc.oneof(value, fc.array(value, { maxLength: 3 })),
);
const key = fc.constantFrom('a', 'b');
const values = fc.oneof(
  fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
  fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
);
const bounds = fc.record(
  { gt: fc.integer({ min: 0, max: 3 }), lte: fc.integer({ min: 0, max: 3 }) },
  { requiredKeys: [] },
);

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constantFrom('matchAny' as const, 'matchExcept' as const), key, values }),
  fc.record({ kind: fc.constantFrom('range' as const, 'valuesCount' as const), key, bounds }),
  fc.record({ kind: fc.constantFrom('isEmpty' as const, 'isNull' as const), key }),
  fc.record({ kind: fc.constant('hasId' as const), ids: fc.array(fc.nat(9), { maxLength: 5 }) }),
);
const { filter } = fc.letrec<{ filter: Filter; condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    leaf,
    tie('filter').map((it): Condition => ({ kind: 'filter', filter: it })),
  ),
  filter: fc.record({
    must: fc.array(tie('condition'), { maxLength: 2 }),
    should: fc.array(tie('condition'), { maxLength: 2 }),
    mustNot: fc.array(tie('condition'), { maxLength: 1 }),
    minShould: fc.option(
      fc.record({ conditions: fc.array(tie('condition'), { maxLength: 3 }), minCount: fc.integer({ min: 1, max: 2 }) }),
      { nil: undefined },
    ),
  }),
}));

/** The rules as one would say them, for top-level keys. */
function holds(condition: Condition, point: { id: number; payload: Payload }): boolean {
  if (condition.kind === 'filter') return matches(condition.filter, point);
  if (condition.kind === 'hasId') return condition.ids.some((id) => id === point.id);
  const present = condition.key in point.payload;
  const stored = point.payload[condition.key];
  const elements: unknown[] = !present ? [] : Array.isArray(stored) ? stored : [stored];
  if (condition.kind === 'isEmpty') return elements.length === 0 || stored === null;
  if (condition.kind === 'isNull') return present && stored === null;
  if (condition.kind === 'matchAny') return elements.some((it) => condition.values.some((wanted) => wanted === it));
  if (condition.kind === 'matchExcept') {
    return elements.some((it) => it !== null && condition.values.every((unwanted) => unwanted !== it));
  }
  if (condition.kind === 'range') {
    return elements.some((it) => typeof it === 'number' && inBounds(it, condition.bounds));
  }
  if (condition.kind === 'valuesCount') {
    return present && inBounds(stored === null ? 0 : elements.length, condition.bounds);
  }
  throw new Error(`${condition.kind} has tests of its own`);
}

function inBounds(
  number: number,
  { gt, lte }: { gt?: number | null | undefined; lte?: number | null | undefined },
): boolean {
  return !(gt != null && number <= gt) && !(lte != null && number > lte);
}

function matches({ must, should, mustNot, minShould }: Filter, point: { id: number; payload: Payload }): boolean {
  if (must.some((condition) => !holds(condition, point))) return false;
  if (mustNot.some((condition) => holds(condition, point))) return false;
  if (should.length > 0 && !should.some((condition) => holds(condition, point))) return false;
  return !minShould || minShould.conditions.filter((condition) => holds(condition, point)).length >= minShould.minCount;
}

describe('a filter', () => {
  it('holds for what it says', () => {
    fc.assert(
      fc.property(filter, payload, fc.nat(9), (it, stored, id) => {
        expect(compileFilter(it, () => undefined)(stored, id)).toBe(matches(it, { id, payload: stored }));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the same points with and without indexes, whatever their payloads were before', () => {
    const stored = fc.array(payload, { maxLength: 10 });
    const indexable = fc
      .array(leaf, { minLength: 2, maxLength: 3 })
      .map((must): Filter => ({ must, should: [], mustNot: [] }));
    fc.assert(
      fc.property(fc.oneof(filter, indexable), stored, stored, (it, first, second) => {
        const segment = new Segment({ dense: {}, sparse: {} });
        segment.createIndex('a', { type: 'keyword' });
        first.forEach((given, id) => segment.put({ id, version: 1, payload: given, dense: {}, sparse: {} }));
        segment.createIndex('b', { type: 'integer' });
        second.forEach((given, id) => segment.setPayload(id, given, 2));
        const points = first.map((given, id) => ({ id, payload: second[id] ?? given }));
        const expected = points.filter((point) => matches(it, point)).map(({ id }) => id);
        const found = segment.matching(it).map((slot) => Number(segment.entryAt(slot).id));
        expect(found.toSorted((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('merged with another holds where both do, when they only require and forbid', () => {
    const strict = filter.map(({ must, mustNot }): Filter => ({ must, should: [], mustNot }));
    fc.assert(
      fc.property(strict, strict, payload, (a, b, it) => {
        const merged = mergeFilters(a, b) ?? a;
        const point = { id: 1, payload: it };
        expect(matches(merged, point)).toBe(matches(a, point) && matches(b, point));
      }),
    );
  });

  it('merged with another takes the alternatives of both together, as Qdrant does', () => {
    const should = (key: string): Filter => ({ must: [], should: [{ kind: 'isNull', key }], mustNot: [] });
    const merged = mergeFilters(should('a'), should('b'));
    expect(merged && matches(merged, { id: 1, payload: { a: null } })).toBe(true);
  });
});

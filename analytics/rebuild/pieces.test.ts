import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { monthsOf, startOf } from './months.ts';
import { slicesOf } from './slices.ts';

describe('months', () => {
  test('of a span are those that it touches, in UTC', () => {
    const months = (from: string, to: string) => monthsOf({ from: Date.parse(from), to: Date.parse(to) });
    expect(months('2026-03-31T23:59:59.999Z', '2026-04-01T00:00:00.000Z')).toEqual([202603]);
    expect(months('2026-03-31T23:59:59.999Z', '2026-04-01T00:00:00.001Z')).toEqual([202603, 202604]);
    expect(months('2025-11-15T00:00:00Z', '2026-02-01T00:00:00Z')).toEqual([202511, 202512, 202601]);
    expect(months('2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z')).toEqual([]);
  });

  test('begin where the one before ends', () => {
    expect(new Date(startOf(202601)).toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(monthsOf({ from: startOf(202602), to: startOf(202603) })).toEqual([202602]);
  });
});

describe('slices', () => {
  test('have every company whole, once and in order, and are no larger than they have to be', () => {
    const companies = fc.array(fc.record({ companyId: fc.uuid(), events: fc.integer({ min: 1, max: 50 }) }));
    fc.assert(
      fc.property(companies, fc.integer({ min: 1, max: 100 }), (all, most) => {
        const slices = slicesOf(all, most);
        expect(slices.flat()).toEqual(all);
        for (const slice of slices) {
          expect(slice.length).toBeGreaterThan(0);
          const events = slice.reduce((sum, one) => sum + one.events, 0);
          expect(slice.length === 1 || events <= most).toBe(true);
        }
      }),
    );
  });
});

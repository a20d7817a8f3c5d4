import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byDay, byHour, byMinute, rollups } from '../rollups.ts';
import { intervalStarts, pointLimit, rollupsFor, type Interval } from './intervals.ts';
import { segmentsOf, spanBefore, wholeMinutes, type Span } from './segments.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const intervals: readonly Interval[] = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'];

/** Up to a hundred days, anywhere from 2000 to 2050, to the millisecond. */
const anySpan = fc
  .tuple(fc.integer({ min: at('2000-01-01T00:00'), max: at('2050-01-01T00:00') }), fc.integer({ min: 1, max: 8.64e9 }))
  .map(([from, length]): Span => ({ from, to: from + length }));

describe('segments', () => {
  test('reads the middle of a range by days and its edges by hours and minutes', () => {
    const span = { from: at('2026-03-01T22:58'), to: at('2026-03-05T01:02') };
    expect(segmentsOf(span, rollups)).toEqual([
      { rollup: byMinute, from: at('2026-03-01T22:58'), to: at('2026-03-01T23:00') },
      { rollup: byHour, from: at('2026-03-01T23:00'), to: at('2026-03-02T00:00') },
      { rollup: byDay, from: at('2026-03-02T00:00'), to: at('2026-03-05T00:00') },
      { rollup: byHour, from: at('2026-03-05T00:00'), to: at('2026-03-05T01:00') },
      { rollup: byMinute, from: at('2026-03-05T01:00'), to: at('2026-03-05T01:02') },
    ]);
  });

  test('reads years of whole days by days alone', () => {
    const span = { from: at('2024-01-01T00:00'), to: at('2026-01-01T00:00') };
    expect(segmentsOf(span, rollups)).toEqual([{ rollup: byDay, ...span }]);
  });

  test('cover any range without gap or overlap, each on the borders of its buckets', () => {
    fc.assert(
      fc.property(anySpan, fc.constantFrom(...intervals), (any, interval) => {
        const span = wholeMinutes(any);
        const segments = segmentsOf(span, rollupsFor(interval));
        let reached = span.from;
        for (const { from, to, rollup } of segments) {
          expect(from).toBe(reached);
          expect(to).toBeGreaterThan(from);
          expect([from % rollup.bucketMs, to % rollup.bucketMs]).toEqual([0, 0]);
          reached = to;
        }
        expect(reached).toBe(span.to);
      }),
    );
  });

  test('are widened to the minute, and the range before ends where the range begins', () => {
    const span = wholeMinutes({ from: at('2026-03-01T10:00:59.999'), to: at('2026-03-01T10:05:00.001') });
    expect(span).toEqual({ from: at('2026-03-01T10:00'), to: at('2026-03-01T10:06') });
    expect(spanBefore(span)).toEqual({ from: at('2026-03-01T09:54'), to: span.from });
  });
});

describe('intervals', () => {
  test('of weeks begin on Monday', () => {
    const span = { from: at('2026-03-01T12:00'), to: at('2026-03-10T00:00') };
    expect(intervalStarts(span, 'WEEK')).toEqual([
      at('2026-02-23T00:00'),
      at('2026-03-02T00:00'),
      at('2026-03-09T00:00'),
    ]);
  });

  test('of months follow the calendar over a year and a leap day', () => {
    const span = { from: at('2023-12-31T23:59'), to: at('2024-03-01T00:01') };
    const months = ['2023-12-01T00:00', '2024-01-01T00:00', '2024-02-01T00:00', '2024-03-01T00:00'];
    expect(intervalStarts(span, 'MONTH')).toEqual(months.map(at));
  });

  test('touch all of a range and nothing else, never more of them than foretold', () => {
    fc.assert(
      fc.property(anySpan, fc.constantFrom<Interval>('HOUR', 'DAY', 'WEEK', 'MONTH'), (span, interval) => {
        const starts = intervalStarts(span, interval);
        expect(starts[0]).toBeLessThanOrEqual(span.from);
        expect(starts[1] ?? Infinity).toBeGreaterThan(span.from);
        expect(starts.at(-1)).toBeLessThan(span.to);
        expect(starts.length).toBeLessThanOrEqual(pointLimit(span, interval));
      }),
    );
  });
});

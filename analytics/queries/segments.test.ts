import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byDay, byHour, byMinute, byWeek } from '../grains.ts';
import { intervalStarts, pointLimit, type Interval } from './intervals.ts';
import { readingsOf, segmentsOf, spanBefore, wholeMinutes, type Span } from './segments.ts';
import { UTC } from '#platform/time/zones.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const intervals: readonly Interval[] = ['HOUR', 'DAY', 'WEEK', 'MONTH'];
/** Of whole hours, of half and quarter ones, with changes by half an hour, at midnight, and one that has left out a day. */
const zones = [
  UTC,
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Africa/Cairo',
  'Pacific/Apia',
  'Africa/Casablanca',
];

/** Up to a hundred days, anywhere from 2001 to 2050, to the millisecond. */
const anySpan = fc
  .tuple(fc.integer({ min: at('2001-01-01T00:00'), max: at('2050-01-01T00:00') }), fc.integer({ min: 1, max: 8.64e9 }))
  .map(([from, length]): Span => ({ from, to: from + length }));

const clocks = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
  ]),
);
/** As the zone's clocks show it, by the platform itself. */
function clock(zone: string, instant: number): string {
  return clocks.get(zone)?.format(instant) ?? '';
}

describe('segments', () => {
  test('read the middle of a range by days and its edges by hours and minutes', () => {
    const span = { from: at('2026-03-01T22:58'), to: at('2026-03-05T01:02') };
    expect(segmentsOf(span)).toEqual([
      { grain: byMinute, from: at('2026-03-01T22:58'), to: at('2026-03-01T23:00') },
      { grain: byHour, from: at('2026-03-01T23:00'), to: at('2026-03-02T00:00') },
      { grain: byDay, from: at('2026-03-02T00:00'), to: at('2026-03-05T00:00') },
      { grain: byHour, from: at('2026-03-05T00:00'), to: at('2026-03-05T01:00') },
      { grain: byMinute, from: at('2026-03-05T01:00'), to: at('2026-03-05T01:02') },
    ]);
  });

  test('read years by weeks alone, and days where a week is cut by neither a Monday nor the end of a month', () => {
    const years = { from: at('2024-01-01T00:00'), to: at('2026-01-01T00:00') };
    expect(segmentsOf(years)).toEqual([{ grain: byWeek, ...years }]);
    // From a Wednesday until the Tuesday after the next Sunday; in between begins a month.
    const span = { from: at('2026-09-23T00:00'), to: at('2026-10-06T00:00') };
    expect(segmentsOf(span)).toEqual([
      { grain: byDay, from: span.from, to: at('2026-09-28T00:00') },
      { grain: byWeek, from: at('2026-09-28T00:00'), to: at('2026-10-05T00:00') },
      { grain: byDay, from: at('2026-10-05T00:00'), to: span.to },
    ]);
  });

  test('read weeks and months of UTC by weeks', () => {
    const span = { from: at('2026-09-07T00:00'), to: at('2026-11-30T00:00') };
    for (const interval of ['WEEK', 'MONTH'] as const) {
      expect(segmentsOf(span, intervalStarts(span, interval, UTC))).toEqual([{ grain: byWeek, ...span }]);
    }
  });

  test('read the days of Berlin by hours, and its weeks by days but for where they begin', () => {
    const span = { from: at('2026-01-04T23:00'), to: at('2026-01-18T23:00') };
    expect(segmentsOf(span, intervalStarts(span, 'DAY', 'Europe/Berlin'))).toEqual([{ grain: byHour, ...span }]);
    const weeks = segmentsOf(span, intervalStarts(span, 'WEEK', 'Europe/Berlin'));
    expect(weeks.filter(({ grain }) => grain === byDay).map(({ from, to }) => [from, to])).toEqual([
      [at('2026-01-05T00:00'), at('2026-01-11T00:00')],
      [at('2026-01-12T00:00'), at('2026-01-18T00:00')],
    ]);
  });

  test('cover any range without gap or overlap, each on the borders of its buckets, and none across the border of an interval', () => {
    fc.assert(
      fc.property(anySpan, fc.constantFrom(...intervals), fc.constantFrom(...zones), (any, interval, zone) => {
        const span = wholeMinutes(any);
        const starts = intervalStarts(span, interval, zone);
        let reached = span.from;
        for (const { from, to, grain } of segmentsOf(span, starts)) {
          expect(from).toBe(reached);
          expect(to).toBeGreaterThan(from);
          expect([grain.startOf(from), grain.startOf(to)]).toEqual([from, to]);
          const across = starts.filter((start) => start > from && start < to && grain.startOf(start) !== start);
          expect(across).toEqual([]);
          reached = to;
        }
        expect(reached).toBe(span.to);
      }),
    );
  });

  test('are never so many that saying them costs more than reading', () => {
    fc.assert(
      fc.property(anySpan, fc.constantFrom(...intervals), fc.constantFrom(...zones), (any, interval, zone) => {
        const span = wholeMinutes({ from: any.from, to: any.to + 86_400_000 * 1_000 });
        const readings = readingsOf(span, intervalStarts(span, interval, zone));
        const length = readings.flatMap(({ spans }) => spans).reduce((sum, { from, to }) => sum + to - from, 0);
        expect(length).toBe(span.to - span.from);
        for (const { spans } of readings) expect(spans.length).toBeLessThanOrEqual(500);
      }),
      { numRuns: 30 },
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
    expect(intervalStarts(span, 'WEEK', UTC)).toEqual([
      at('2026-02-23T00:00'),
      at('2026-03-02T00:00'),
      at('2026-03-09T00:00'),
    ]);
  });

  test('of months follow the calendar over a year and a leap day', () => {
    const span = { from: at('2023-12-31T23:59'), to: at('2024-03-01T00:01') };
    const months = ['2023-12-01T00:00', '2024-01-01T00:00', '2024-02-01T00:00', '2024-03-01T00:00'];
    expect(intervalStarts(span, 'MONTH', UTC)).toEqual(months.map(at));
  });

  test('of days have 23 hours when clocks are set forward and 25 when they are set back', () => {
    const lengths = (from: string, to: string) => {
      const starts = intervalStarts({ from: at(from), to: at(to) }, 'DAY', 'Europe/Berlin');
      return starts.slice(1).map((start, index) => (start - (starts[index] ?? NaN)) / 3_600_000);
    };
    expect(lengths('2026-03-28T12:00', '2026-03-31T12:00')).toEqual([24, 23, 24]);
    expect(lengths('2026-10-24T12:00', '2026-10-27T12:00')).toEqual([24, 25, 24]);
  });

  test('of days begin later than midnight where midnight is leapt over, and leave out a date that a zone has not had', () => {
    // In 2018 Brazil set its clocks forward at midnight, and at the end of 2011 Samoa had no 30 December.
    const brazil = intervalStarts(
      { from: at('2018-11-03T12:00'), to: at('2018-11-05T12:00') },
      'DAY',
      'America/Sao_Paulo',
    );
    expect(brazil.map((start) => clock('America/Sao_Paulo', start))).toEqual([
      '2018-11-03 00:00:00',
      '2018-11-04 01:00:00',
      '2018-11-05 00:00:00',
    ]);
    const samoa = intervalStarts({ from: at('2011-12-29T12:00'), to: at('2012-01-01T00:00') }, 'DAY', 'Pacific/Apia');
    expect(samoa.map((start) => clock('Pacific/Apia', start).slice(0, 10))).toEqual([
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
    ]);
  });

  test('of hours that clocks show twice are two', () => {
    const span = { from: at('2026-10-25T00:00'), to: at('2026-10-25T03:00') };
    const starts = intervalStarts(span, 'HOUR', 'Europe/Berlin');
    expect(starts.map((start) => clock('Europe/Berlin', start).slice(11, 16))).toEqual(['02:00', '02:00', '03:00']);
  });

  test('begin when the clocks of any zone show the full hour, midnight, a Monday, the first of a month', () => {
    fc.assert(
      fc.property(anySpan, fc.constantFrom(...intervals), fc.constantFrom(...zones), (span, interval, zone) => {
        for (const start of intervalStarts(span, interval, zone)) {
          const [before, now] = [clock(zone, start - 60_000), clock(zone, start)];
          const key = (text: string) => text.slice(0, interval === 'HOUR' ? 13 : interval === 'MONTH' ? 7 : 10);
          // The minute before is another hour, date or month; or clocks were just set back.
          expect(key(now) !== key(before) || now <= before).toBe(true);
          const weekday = new Date(`${now.slice(0, 10)}T12:00Z`).getUTCDay();
          expect(interval === 'WEEK' ? weekday : 1).toBe(1);
        }
      }),
    );
  });

  test('touch all of a range and nothing else, never more of them than foretold', () => {
    fc.assert(
      fc.property(anySpan, fc.constantFrom(...intervals), fc.constantFrom(...zones), (span, interval, zone) => {
        const starts = intervalStarts(span, interval, zone);
        expect(starts[0]).toBeLessThanOrEqual(span.from);
        expect(starts[1] ?? Infinity).toBeGreaterThan(span.from);
        expect(starts.at(-1)).toBeLessThan(span.to);
        for (const [index, start] of starts.entries()) expect(start).toBeLessThan(starts[index + 1] ?? Infinity);
        expect(starts.length).toBeLessThanOrEqual(pointLimit(span, interval));
      }),
    );
  });
});

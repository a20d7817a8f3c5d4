import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UTC } from '#platform/time/zones.ts';
import { grains } from '../grains.ts';
import { intervalStarts } from './intervals.ts';
import { NOWHERE, placeOf, stepsOf, type Steps } from './places.ts';
import { fewSegmentsOf, wholeMinutes, type Span } from './segments.ts';

const DAY_MS = 86_400_000;

/** Up to twenty days in 2026, on the minute. */
const anySpan = fc
  .tuple(fc.integer({ min: 0, max: 340 * 1_440 }), fc.integer({ min: 1, max: 20 * 1_440 }))
  .map(([from, length]): Span => {
    const begin = Date.UTC(2026, 0) + from * 60_000;
    return wholeMinutes({ from: begin, to: begin + length * 60_000 });
  });

/** As `roundDown` and `transform` of ClickHouse look it up. */
function lookUp({ edges, values }: Steps, place: number): number | undefined {
  return values[edges.findLastIndex((edge) => edge <= place)];
}

describe('places', () => {
  test('tell every bucket that is read when its interval began, and every other one that it is nowhere', () => {
    const anyZone = fc.constantFrom(UTC, 'Europe/Berlin', 'Asia/Kathmandu');
    fc.assert(
      fc.property(anySpan, fc.constantFrom('HOUR', 'DAY', 'WEEK'), anyZone, fc.nat(), (span, interval, zone, any) => {
        const starts = [span.from, ...intervalStarts(span, interval, zone).filter((start) => start > span.from)];
        const segments = fewSegmentsOf(span, starts);
        const steps = stepsOf([{ segments, starts }]);
        for (const grain of grains) {
          const instant = grain.startOf(span.from - DAY_MS + (any % (span.to - span.from + 2 * DAY_MS)));
          const isRead = segments.some((one) => one.grain === grain && one.from <= instant && instant < one.to);
          const start = starts.findLast((one) => one <= instant) ?? NaN;
          expect(lookUp(steps, placeOf(grain, instant))).toBe(isRead ? start / 1_000 : NOWHERE);
        }
      }),
    );
  });

  test('of one span that begins where another ends are the one’s', () => {
    const [a, b, c] = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 12), Date.UTC(2026, 0, 19)];
    const cuts = [
      { from: b, to: c },
      { from: a, to: b },
    ].map((span) => ({ segments: fewSegmentsOf(span), starts: [span.from] }));
    const steps = stepsOf(cuts);
    expect(steps.values).toEqual([NOWHERE, a / 1_000, b / 1_000, NOWHERE]);
  });
});

import { firstInstantOf, localOf, offsetsOf, type Offset } from '#platform/time/zones.ts';
import { FIRST_MONDAY } from '../grains.ts';
import type { Span } from './segments.ts';

export type Interval = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The shortest that an interval can be, where clocks are set forward. */
const shortestMs: Readonly<Record<Interval, number>> = {
  MINUTE: MINUTE_MS,
  HOUR: HOUR_MS,
  DAY: 22 * HOUR_MS,
  WEEK: 6 * DAY_MS,
  MONTH: 27 * DAY_MS,
};
/** A change of the clocks cuts an hour in two where it is no whole number of them: twice a year, and once in a while more often. */
const CUTS_PER_YEAR = 6;

/** Days, weeks and months by a calendar: each has a number, and begins at a local time. */
interface Calendar {
  readonly numberAt: (local: number) => number;
  readonly startOf: (number: number) => number;
}

const calendars: Readonly<Record<'DAY' | 'WEEK' | 'MONTH', Calendar>> = {
  DAY: every(DAY_MS, 0),
  WEEK: every(7 * DAY_MS, FIRST_MONDAY),
  MONTH: {
    numberAt: (local) => new Date(local).getUTCFullYear() * 12 + new Date(local).getUTCMonth(),
    startOf: (number) => Date.UTC(Math.floor(number / 12), number % 12, 1),
  },
};

/** Most points that a series of the span can have, without making them. */
export function pointLimit({ from, to }: Span, interval: Interval): number {
  const cuts = interval === 'HOUR' ? CUTS_PER_YEAR * Math.ceil((to - from) / (365 * DAY_MS)) : 0;
  return Math.ceil((to - from) / shortestMs[interval]) + 1 + cuts;
}

/**
 * The starts of all intervals that the span touches, in milliseconds: by the clocks and the calendar of the zone. Weeks begin on
 * Monday. A day has 23 or 25 hours where clocks are changed, and begins with the first instant of its date.
 */
export function intervalStarts(span: Span, interval: Interval, zone: string): number[] {
  if (interval === 'MINUTE') return steps(span.from, span.to, MINUTE_MS, 0);
  // A month and more before: what begins there may reach into the span.
  const offsets = offsetsOf(zone, { from: span.from - 33 * DAY_MS, to: span.to + DAY_MS });
  const starts = interval === 'HOUR' ? hours(span, offsets) : dates(span, calendars[interval], offsets);
  const firstInside = starts.findLastIndex((start) => start <= span.from);
  return starts.slice(Math.max(0, firstInside)).filter((start) => start < span.to);
}

function dates(span: Span, { numberAt, startOf }: Calendar, offsets: readonly Offset[]): number[] {
  const starts: number[] = [];
  const last = numberAt(localOf(offsets, span.to)) + 1;
  for (let number = numberAt(localOf(offsets, span.from)) - 1; number <= last; number++) {
    const start = firstInstantOf(offsets, startOf(number));
    // A date that the zone has left out begins with the next one.
    if (start !== starts.at(-1)) starts.push(start);
  }
  return starts;
}

/** The full hours of the zone's clocks; an hour that comes twice is two. */
function hours(span: Span, offsets: readonly Offset[]): number[] {
  return offsets.flatMap(({ from, aheadMs }, index) => {
    const end = Math.min(offsets[index + 1]?.from ?? Infinity, span.to);
    const begin = Math.max(from, span.from);
    if (begin >= end) return [];
    const starts = steps(begin, end, HOUR_MS, -aheadMs);
    // Where clocks were changed within an hour, the new one begins there.
    return index === 0 ? starts : starts.map((start) => Math.max(from, start));
  });
}

/** From the last step at or before the first instant on. */
function steps(from: number, to: number, step: number, origin: number): number[] {
  const starts: number[] = [];
  for (let at = Math.floor((from - origin) / step) * step + origin; at < to; at += step) starts.push(at);
  return starts;
}

function every(ms: number, origin: number): Calendar {
  return {
    numberAt: (local) => Math.floor((local - origin) / ms),
    startOf: (number) => number * ms + origin,
  };
}

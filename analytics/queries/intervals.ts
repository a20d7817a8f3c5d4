import { byDay, byHour, byMinute, type Rollup } from '../rollups.ts';
import type { Span } from './segments.ts';

export type Interval = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

interface Spec {
  /** The rollups whose buckets never lie in two intervals. */
  readonly rollups: readonly Rollup[];
  /** The interval's start in SQL, for a `bucket` in UTC. */
  readonly startSql: string;
  /** Milliseconds; the shortest, where they differ. */
  readonly shortestMs: number;
  readonly start: (instant: number) => number;
  readonly next: (start: number) => number;
}

const DAY_MS = byDay.bucketMs;
/** 1970-01-01 was a Thursday: the first Monday came four days later. */
const FIRST_MONDAY = 4 * DAY_MS;

const specs: Readonly<Record<Interval, Spec>> = {
  MINUTE: fixed(byMinute.bucketMs, 'toStartOfMinute(bucket)', [byMinute]),
  HOUR: fixed(byHour.bucketMs, 'toStartOfHour(bucket)', [byMinute, byHour]),
  DAY: fixed(DAY_MS, 'toStartOfDay(bucket)', [byMinute, byHour, byDay]),
  WEEK: fixed(7 * DAY_MS, 'toStartOfWeek(bucket, 1)', [byMinute, byHour, byDay], FIRST_MONDAY),
  MONTH: {
    rollups: [byMinute, byHour, byDay],
    startSql: 'toStartOfMonth(bucket)',
    shortestMs: 28 * DAY_MS,
    start: (instant) => monthStart(instant, 0),
    next: (start) => monthStart(start, 1),
  },
};

export function rollupsFor(interval: Interval): readonly Rollup[] {
  return specs[interval].rollups;
}

/** The start of a bucket's interval, in seconds since 1970. */
export function startSql(interval: Interval): string {
  return `toUnixTimestamp(toDateTime(${specs[interval].startSql}, 'UTC'))`;
}

/** Most points that a series of the span can have, without making them. */
export function pointLimit({ from, to }: Span, interval: Interval): number {
  return Math.ceil((to - from) / specs[interval].shortestMs) + 1;
}

/** The starts of all intervals that the span touches; milliseconds. Weeks begin on Monday, all of it in UTC. */
export function intervalStarts(span: Span, interval: Interval): number[] {
  const { start, next } = specs[interval];
  const starts: number[] = [];
  for (let at = start(span.from); at < span.to; at = next(at)) starts.push(at);
  return starts;
}

function fixed(ms: number, sql: string, rollups: readonly Rollup[], origin = 0): Spec {
  return {
    rollups,
    startSql: sql,
    shortestMs: ms,
    start: (instant) => Math.floor((instant - origin) / ms) * ms + origin,
    next: (start) => start + ms,
  };
}

function monthStart(instant: number, ahead: number): number {
  const at = new Date(instant);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + ahead, 1);
}

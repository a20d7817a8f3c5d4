const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: the first Monday came four days later. */
export const FIRST_MONDAY = 4 * DAY_MS;

/** How long the buckets are that rows of a rollup add up. Instants are milliseconds since 1970, and all of it is UTC. */
export interface Grain {
  readonly name: 'minute' | 'hour' | 'day' | 'week';
  /** The start of the bucket of a time, in SQL. */
  readonly bucketOf: (time: string) => string;
  /** The same here. */
  readonly startOf: (instant: number) => number;
  /** Where the bucket ends that an instant is in. */
  readonly endOf: (instant: number) => number;
}

export const byMinute = regular('minute', 60_000, (time) => `toStartOfMinute(${time})`);
export const byHour = regular('hour', 3_600_000, (time) => `toStartOfHour(${time})`);
export const byDay = regular('day', DAY_MS, (time) => `toStartOfDay(${time})`);
/**
 * The days from Monday on that are of one month: at its ends a week is two buckets. So no bucket has events of two months, each of which can be
 * made anew of its own, and months are whole buckets as weeks are.
 */
export const byWeek: Grain = {
  name: 'week',
  bucketOf: (time) => `toDateTime(greatest(toMonday(${time}), toStartOfMonth(${time})), 'UTC')`,
  startOf: (instant) => Math.max(mondayOf(instant), monthOf(instant)),
  endOf: (instant) => Math.min(mondayOf(instant) + 7 * DAY_MS, monthOf(instant, 1)),
};

/** The finest first. */
export const grains: readonly Grain[] = [byMinute, byHour, byDay, byWeek];

/** The first start of a bucket at an instant or after it. */
export function firstStart(grain: Grain, instant: number): number {
  return grain.startOf(instant) === instant ? instant : grain.endOf(instant);
}

function regular(name: Grain['name'], bucketMs: number, bucketOf: Grain['bucketOf']): Grain {
  const startOf = (instant: number) => Math.floor(instant / bucketMs) * bucketMs;
  return { name, bucketOf, startOf, endOf: (instant) => startOf(instant) + bucketMs };
}

/** The start of the Monday before or at an instant. */
function mondayOf(instant: number): number {
  return FIRST_MONDAY + Math.floor((instant - FIRST_MONDAY) / (7 * DAY_MS)) * 7 * DAY_MS;
}

/** The start of the month of an instant, or of one so many months later. */
function monthOf(instant: number, later = 0): number {
  const at = new Date(instant);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + later);
}

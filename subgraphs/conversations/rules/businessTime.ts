import { firstInstantOf, localOf, offsetsOf } from '#platform/time/zones.ts';
import { weekdays, type BusinessHours } from '#schema/events/values.ts';

/** A company's clocks, and when it is there for its customers by them; null: at any time. */
export interface Calendar {
  readonly timeZone: string;
  readonly businessHours: BusinessHours | null;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 3;

/** From the first up to, and without, the second. */
type Opening = readonly [from: number, to: number];

/**
 * How many of the seconds between two instants are within business hours. An hour that the clocks show twice counts twice where the
 * company is open all through it, one that they leap over not at all.
 */
export function businessSeconds({ timeZone, businessHours }: Calendar, from: Date, to: Date): number {
  const span = { from: from.getTime(), to: to.getTime() };
  if (span.to <= span.from) return 0;
  if (businessHours === null) return (span.to - span.from) / 1_000;
  const holidays = new Set(businessHours.holidays);
  const offsets = offsetsOf(timeZone, { from: span.from - DAY_MS, to: span.to + DAY_MS });
  const instant = (local: number) => firstInstantOf(offsets, local);
  let openMs = 0;
  const last = Math.floor(localOf(offsets, span.to) / DAY_MS);
  for (let day = Math.floor(localOf(offsets, span.from) / DAY_MS) - 1; day <= last; day++) {
    const midnight = day * DAY_MS;
    if (holidays.has(new Date(midnight).toISOString().slice(0, 10))) continue;
    for (const [opens, closes] of openingsOf(businessHours, day)) {
      const begin = Math.max(span.from, instant(midnight + opens * MINUTE_MS));
      const end = Math.min(span.to, instant(midnight + closes * MINUTE_MS));
      openMs += Math.max(0, end - begin);
    }
  }
  return openMs / 1_000;
}

/** A day's hours in minutes of that day, in their order and none in another. */
function openingsOf({ week }: BusinessHours, day: number): Opening[] {
  const name = weekdays[(((day + FIRST_WEEKDAY) % 7) + 7) % 7];
  const found = week.filter((one) => one.day === name).toSorted((a, b) => a.from - b.from);
  const openings: Opening[] = [];
  for (const { from, to } of found) {
    const last = openings.at(-1);
    if (!last || last[1] < from) openings.push([from, to]);
    else openings[openings.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return openings;
}

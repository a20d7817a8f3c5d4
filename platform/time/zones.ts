import { LRUCache } from 'lru-cache';

/** From the first instant up to, and without, the second; milliseconds since 1970. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A time for which a zone's clocks are so far ahead of UTC; from the instant on, until the next one's. */
export interface Offset {
  readonly from: number;
  readonly aheadMs: number;
}

export const UTC = 'UTC';

const DAY_MS = 86_400_000;
/** Offsets are changed on the minute. */
const MINUTE_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();
/** By zone and year: finding the changes of a year means asking for each of its days. */
const years = new LRUCache<string, readonly Offset[]>({ max: 2_000 });

/** Whether there is such a zone, by its IANA name. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The offsets of a zone within a span, in the order of time; the first begins where the span does. */
export function offsetsOf(zone: string, { from, to }: Span): readonly Offset[] {
  const found: Offset[] = [];
  for (let year = yearOf(from); year <= yearOf(Math.max(from, to - 1)); year++) {
    for (const offset of offsetsOfYear(zone, year)) {
      if (offset.from >= to) break;
      const last = found.at(-1);
      if (last?.aheadMs === offset.aheadMs) continue;
      const next = { from: Math.max(offset.from, from), aheadMs: offset.aheadMs };
      if (last?.from === next.from) found.pop();
      found.push(next);
    }
  }
  return found;
}

/** What the zone's clocks show at an instant, as if it were UTC. */
export function localOf(offsets: readonly Offset[], instant: number): number {
  return instant + (offsets.findLast(({ from }) => from <= instant) ?? first(offsets)).aheadMs;
}

/** The first instant at which the zone's clocks show this or, where they leap over it, something later. */
export function firstInstantOf(offsets: readonly Offset[], local: number): number {
  for (const [index, { from, aheadMs }] of offsets.entries()) {
    const next = offsets[index + 1];
    if (next && next.from + aheadMs <= local) continue;
    return index === 0 ? local - aheadMs : Math.max(from, local - aheadMs);
  }
  throw new Error('a zone has an offset at any time');
}

function first(offsets: readonly Offset[]): Offset {
  const [offset] = offsets;
  if (!offset) throw new Error('a zone has an offset at any time');
  return offset;
}

function offsetsOfYear(zone: string, year: number): readonly Offset[] {
  const key = `${zone} ${year}`;
  const known = years.get(key);
  if (known) return known;
  const end = Date.UTC(year + 1, 0);
  const found: Offset[] = [{ from: Date.UTC(year, 0), aheadMs: aheadAt(zone, Date.UTC(year, 0)) }];
  for (let day = Date.UTC(year, 0); day < end; day += DAY_MS) {
    const before = first(found.slice(-1)).aheadMs;
    const after = aheadAt(zone, Math.min(day + DAY_MS, end - MINUTE_MS));
    if (after !== before) found.push({ from: changeBetween(zone, day, day + DAY_MS, before), aheadMs: after });
  }
  years.set(key, found);
  return found;
}

/** The first minute after `before` at which the clocks are not ahead by that much any more. */
function changeBetween(zone: string, before: number, after: number, aheadMs: number): number {
  let [same, other] = [before, after];
  while (other - same > MINUTE_MS) {
    const middle = same + Math.floor((other - same) / 2 / MINUTE_MS) * MINUTE_MS;
    if (aheadAt(zone, middle) === aheadMs) same = middle;
    else other = middle;
  }
  return other;
}

function aheadAt(zone: string, instant: number): number {
  const name = formatOf(zone)
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, made);
  return made;
}

function yearOf(instant: number): number {
  return new Date(instant).getUTCFullYear();
}

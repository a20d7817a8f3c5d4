import { firstInstantOf, localOf, offsetsOf } from '#platform/time/zones.ts';

/** How far back the page looks, and how finely. */
export type Interval = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What can be chosen, by its name in the address. */
export const presets = {
  '24h': { label: '24 hours', ms: DAY },
  '7d': { label: '7 days', ms: 7 * DAY },
  '30d': { label: '30 days', ms: 30 * DAY },
  '90d': { label: '90 days', ms: 90 * DAY },
  '12m': { label: '12 months', ms: 365 * DAY },
} as const;
export type Preset = keyof typeof presets;

export function isPreset(name: string): name is Preset {
  return Object.hasOwn(presets, name);
}

/** The span that ends now; on the minute, so that everybody who looks within it asks the same. */
export function spanOf(preset: Preset, now: Date): Span {
  const to = Math.ceil(now.getTime() / 60_000) * 60_000;
  return { from: new Date(to - presets[preset].ms), to: new Date(to) };
}

/**
 * From the first day to the last, both included, by the clocks of a time zone: each begins with the first instant of its date. Undefined when they
 * are none, or five years and more.
 */
export function spanOfDays(first: string, last: string, zone: string): Span | undefined {
  const [begin, end] = [midnightOf(first), midnightOf(last)];
  if (begin === undefined || end === undefined || end < begin || end - begin >= 5 * 365 * DAY) return undefined;
  const offsets = offsetsOf(zone, { from: begin - 2 * DAY, to: end + 3 * DAY });
  return { from: new Date(firstInstantOf(offsets, begin)), to: new Date(firstInstantOf(offsets, end + DAY)) };
}

/** The date that the clocks of a time zone show. */
export function today(now: Date, zone: string): string {
  const at = now.getTime();
  return dateOf(localOf(offsetsOf(zone, { from: at - DAY, to: at + DAY }), at));
}

/** What clocks show then, as if it were UTC; undefined for what is no date, and for those of other centuries, in which nothing was counted. */
function midnightOf(date: string): number | undefined {
  const local = Date.parse(`${date}T00:00:00Z`);
  return date.startsWith('20') && Number.isFinite(local) && dateOf(local) === date ? local : undefined;
}

function dateOf(local: number): string {
  return new Date(local).toISOString().slice(0, 10);
}

/** The finest that still gives a curve and no hedge. */
export function intervalOf({ from, to }: Span): Interval {
  const length = to.getTime() - from.getTime();
  if (length <= 3 * DAY) return 'HOUR';
  if (length <= 120 * DAY) return 'DAY';
  return length <= 800 * DAY ? 'WEEK' : 'MONTH';
}

/** Whether the last interval of a span goes on: its figure is not comparable yet. */
export function isGoingOn({ to }: Span, now: Date): boolean {
  return to >= now;
}

import type { Point } from './point.ts';

/** Sums by hour of the week, Monday first, on the clock of whoever looks: 7 rows of 24. */
export function byHourOfWeek(points: readonly Point[], timeZone?: string): number[][] {
  const clock = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', hourCycle: 'h23', timeZone });
  const hours = Array.from({ length: 7 }, () => Array<number>(24).fill(0));
  for (const { at, value } of points) {
    const parts = Object.fromEntries(clock.formatToParts(new Date(at)).map(({ type, value: text }) => [type, text]));
    const row = hours[days.indexOf(parts['weekday'] ?? '')];
    const hour = Number(parts['hour']);
    if (row) row[hour] = (row[hour] ?? 0) + value;
  }
  return hours;
}

export const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

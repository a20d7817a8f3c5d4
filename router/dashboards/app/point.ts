import type { Interval } from './range.ts';

/** Of a curve. */
export interface Point {
  readonly at: string;
  readonly value: number;
}

/** The start of an interval, as the company's clocks and calendar have it. */
export function label(at: string, interval: Interval, timeZone: string): string {
  const date = new Date(at);
  switch (interval) {
    case 'HOUR':
      return date.toLocaleString('en', {
        weekday: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone,
      });
    case 'DAY':
    case 'WEEK':
      return date.toLocaleDateString('en', { day: 'numeric', month: 'short', timeZone });
    case 'MONTH':
      return date.toLocaleDateString('en', { month: 'short', year: 'numeric', timeZone });
  }
}

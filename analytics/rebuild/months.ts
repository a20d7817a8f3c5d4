import type { Span } from '../queries/segments.ts';

/** A month in UTC, which is a partition of each table: 202603 is March 2026. */
export type Month = number;

/** The months that a span touches, in their order. */
export function monthsOf({ from, to }: Span): Month[] {
  const months: Month[] = [];
  for (let at = new Date(from); at.getTime() < to; at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1))) {
    months.push(at.getUTCFullYear() * 100 + at.getUTCMonth() + 1);
  }
  return months;
}

/** Its first instant. */
export function startOf(month: Month): number {
  return Date.UTC(Math.floor(month / 100), (month % 100) - 1);
}

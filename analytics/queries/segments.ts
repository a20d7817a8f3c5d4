import { byMinute, type Rollup } from '../rollups.ts';

/** From the first instant up to, and without, the second; milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A part of a span that one rollup answers, bucket by bucket. */
export interface Segment extends Span {
  readonly rollup: Rollup;
}

/** The smallest span of whole minutes around this one: the finest rollup knows no less. */
export function wholeMinutes({ from, to }: Span): Span {
  return { from: floor(from, byMinute.bucketMs), to: ceil(to, byMinute.bucketMs) };
}

/** The span of the same length that ends where this one begins. */
export function spanBefore({ from, to }: Span): Span {
  return { from: from - (to - from), to: from };
}

/**
 * Covers a span of whole minutes exactly, each instant by one rollup: the middle by the coarsest that fits, the edges by
 * finer ones. Years are read as days this way, and still begin and end on the minute.
 *
 * @param rollups To choose from; the finest has buckets of a minute.
 */
export function segmentsOf(span: Span, rollups: readonly Rollup[]): Segment[] {
  const [rollup, ...finer] = rollups.toSorted((a, b) => b.bucketMs - a.bucketMs);
  if (!rollup || span.from >= span.to) return [];
  const from = ceil(span.from, rollup.bucketMs);
  const to = floor(span.to, rollup.bucketMs);
  if (from >= to) return segmentsOf(span, finer);
  return [
    ...segmentsOf({ from: span.from, to: from }, finer),
    { rollup, from, to },
    ...segmentsOf({ from: to, to: span.to }, finer),
  ];
}

function floor(instant: number, unit: number): number {
  return Math.floor(instant / unit) * unit;
}

function ceil(instant: number, unit: number): number {
  return Math.ceil(instant / unit) * unit;
}

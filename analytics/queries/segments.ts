import { byMinute, firstStart, grains, type Grain } from '../grains.ts';

/** From the first instant up to, and without, the second; milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A part of a span that is read by one grain, bucket by bucket. */
export interface Segment extends Span {
  readonly grain: Grain;
}

/** The parts of a span that are read by one grain. */
export interface Reading {
  readonly grain: Grain;
  readonly spans: readonly Span[];
}

/** Beyond it, saying which parts are read costs more than reading finer ones throughout. */
const MOST_SPANS = 500;

/** The smallest span of whole minutes around this one: no grain knows less. */
export function wholeMinutes({ from, to }: Span): Span {
  return { from: byMinute.startOf(from), to: firstStart(byMinute, to) };
}

/** The span of the same length that ends where this one begins. */
export function spanBefore({ from, to }: Span): Span {
  return { from: from - (to - from), to: from };
}

/**
 * Covers a span of whole minutes exactly, each instant by one grain: the middle by the coarsest that fits, the edges by
 * finer ones. Years are read as weeks this way, and still begin and end on the minute.
 *
 * @param borders In the order of time, on the minute: no bucket that is read lies on both sides of one. So the weeks of a zone
 *   are read as days of UTC, but for the two in which they begin and end.
 */
export function segmentsOf(span: Span, borders: readonly number[] = [], choice: readonly Grain[] = grains): Segment[] {
  const coarsestFirst = choice.toReversed();
  const cuts = [span.from, ...borders.filter((border) => border > span.from && border < span.to), span.to];
  const segments: Segment[] = [];
  for (const [index, from] of cuts.slice(0, -1).entries()) {
    for (const segment of cover({ from, to: cuts[index + 1] ?? from }, coarsestFirst)) {
      const last = segments.at(-1);
      const goesOn = last?.grain === segment.grain && last.to === segment.from;
      if (goesOn) segments[segments.length - 1] = { ...last, to: segment.to };
      else segments.push(segment);
    }
  }
  return segments;
}

/** As {@link segmentsOf}, by finer grains where there would be too many segments to say. */
export function fewSegmentsOf(span: Span, borders: readonly number[] = []): Segment[] {
  for (let choice = grains; ; choice = choice.slice(0, -1)) {
    const segments = segmentsOf(span, borders, choice);
    const isShort = readings(segments).every(({ spans }) => spans.length <= MOST_SPANS);
    if (isShort || choice.length === 1) return segments;
  }
}

/** What to read by which grain for a span of whole minutes: see {@link fewSegmentsOf}. */
export function readingsOf(span: Span, borders: readonly number[] = []): Reading[] {
  return readings(fewSegmentsOf(span, borders));
}

/** What to read by which grain for these segments, whatever they share. */
export function readings(segments: readonly Segment[]): Reading[] {
  const byGrain = Map.groupBy(segments, ({ grain }) => grain);
  return [...byGrain].map(([grain, spans]) => ({ grain, spans: joined(spans) }));
}

/** In their order; those that touch or share something are one. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && last.to >= from) all[all.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else all.push({ from, to });
  }
  return all;
}

/** Puts spans together so that none lies on another of its group. */
export function apart(spans: readonly Span[]): Span[][] {
  const groups: Span[][] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const group = groups.find((before) => (before.at(-1)?.to ?? -Infinity) <= span.from);
    if (group) group.push(span);
    else groups.push([span]);
  }
  return groups;
}

/** @param grains The coarsest first; the finest has buckets of a minute. */
function cover(span: Span, [grain, ...finer]: readonly Grain[]): Segment[] {
  if (!grain || span.from >= span.to) return [];
  const from = firstStart(grain, span.from);
  const to = grain.startOf(span.to);
  if (from >= to) return cover(span, finer);
  return [
    ...cover({ from: span.from, to: from }, finer),
    { grain, from, to },
    ...cover({ from: to, to: span.to }, finer),
  ];
}

import { grains, type Grain } from '../grains.ts';
import type { Segment } from './segments.ts';

/** Of what is of none of the segments. */
export const NOWHERE = 1;
/** Beyond all seconds since 1970 that a bucket has. */
const APART = 2 ** 33;

/** A function of a row's place, by steps: `values[i]` from `edges[i]` on. */
export interface Steps {
  readonly edges: readonly number[];
  readonly values: readonly number[];
}

/**
 * Where a row is, as one number of its grain and bucket: so what it belongs to is looked up among a few numbers, and a statement says
 * nothing of each segment a second time.
 */
export const placeSql = `toUnixTimestamp(bucket) + toUInt64(toInt8(grain)) * ${APART}`;

/** As {@link placeSql}. */
export function placeOf(grain: Grain, instant: number): number {
  return grains.indexOf(grain) * APART + instant / 1_000;
}

/** What is told apart by when it began. */
export interface Cuts {
  readonly segments: readonly Segment[];
  /** In the order of time, the first where the segments begin; no bucket of theirs lies on both sides of one. */
  readonly starts: readonly number[];
}

/**
 * Tells each place within the segments the second of the start that it follows, and every other one {@link NOWHERE}.
 *
 * @param all None of whose segments lies on another.
 */
export function stepsOf(all: readonly Cuts[]): Steps {
  const ends = new Map<number, number>([[0, NOWHERE]]);
  const begins = new Map<number, number>();
  for (const { segments, starts } of all) {
    for (const { grain, from, to } of segments) {
      const place = (instant: number) => placeOf(grain, instant);
      const first = starts.findLastIndex((start) => start <= from);
      begins.set(place(from), (starts[first] ?? from) / 1_000);
      for (let at = first + 1; at < starts.length; at++) {
        const start = starts[at] ?? to;
        if (start >= to) break;
        begins.set(place(start), start / 1_000);
      }
      ends.set(place(to), NOWHERE);
    }
  }
  // Where one ends as another begins, it is the other's.
  const steps = [...new Map([...ends, ...begins])].toSorted(([a], [b]) => a - b);
  return { edges: steps.map(([edge]) => edge), values: steps.map(([, value]) => value) };
}

/** @param name Begins the parameters in which the steps are: `nameEdges`, `nameValues`. */
export function stepSql(name: string): string {
  return `transform(roundDown(part.place, {${name}Edges:Array(UInt64)}), {${name}Edges:Array(UInt64)}, {${name}Values:Array(UInt32)}, toUInt32(${NOWHERE}))`;
}

export function stepParams(name: string, { edges, values }: Steps): Readonly<Record<string, unknown>> {
  return { [`${name}Edges`]: edges, [`${name}Values`]: values };
}

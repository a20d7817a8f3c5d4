/** Something that has to hold whatever happened. */
export interface Invariant {
  readonly name: string;
  /** At how much was looked. */
  readonly checked: number;
  /** Where it does not hold, and how. */
  readonly broken: readonly string[];
}

/** @param problemOf What is wrong with one; undefined: nothing. */
export function holds<T>(name: string, all: readonly T[], problemOf: (one: T) => string | undefined): Invariant {
  return { name, checked: all.length, broken: all.flatMap((one) => problemOf(one) ?? []) };
}

/** The keys that come more than once. */
export function repeated(keys: readonly string[]): string[] {
  const times = Map.groupBy(keys, (key) => key);
  return [...times].flatMap(([key, { length }]) => (length > 1 ? `${key} is there ${String(length)} times` : []));
}

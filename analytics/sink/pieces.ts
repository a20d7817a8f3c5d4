/** Ids looked up by one statement: its parameter stays below what servers take as one form field (128 KiB). */
export const LOOKUP_SIZE = 2_000;

/**
 * Months that one statement writes. Each is a part of its own, which has to be on the disk: a batch of what happened in many years would
 * take longer than a statement may, and be written from its beginning again and again.
 */
export const MONTHS_AT_ONCE = 12;

/** @returns all of them in their order, so many at a time */
export function piecesOf<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, at) => all.slice(at * most, (at + 1) * most));
}

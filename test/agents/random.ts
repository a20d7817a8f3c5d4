/** Numbers that are the same again for the same seed. */
export interface Random {
  /** From 0 up to 1, without it. */
  next(): number;
  /** A whole number from 0 up to `end`, without it. */
  below(end: number): number;
  /** @param share Of all times that it is asked. */
  happens(share: number): boolean;
  /** Undefined of nothing. */
  pick<T>(items: readonly T[]): T | undefined;
  /** Each as often as its weight says. */
  weighted<T extends { readonly weight: number }>(items: readonly [T, ...T[]]): T;
  /** Other numbers for somebody else: however many are drawn there, those here stay the same. */
  fork(index: number): Random;
}

/** Mulberry32: good enough for who does what next. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (end: number): number => Math.floor(next() * end);

  return {
    next,
    below,
    happens: (share) => next() < share,
    pick: (items) => items[below(items.length)],
    weighted(items) {
      let left = next() * items.reduce((sum, { weight }) => sum + weight, 0);
      for (const item of items) {
        left -= item.weight;
        if (left < 0) return item;
      }
      return items[0];
    },
    fork: (index) => createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)),
  };
}

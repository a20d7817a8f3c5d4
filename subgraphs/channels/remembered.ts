import { LRUCache } from 'lru-cache';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** A change is noticed after this time. */
const FRESH_MS = 10_000;
/** Postgres may be away for this long, and what is known is still believed. */
const STALE_MS = 10 * 60_000;
/** How long somebody who asks for what is known waits for Postgres. */
const REFRESH_LIMIT_MS = 300;
const MAX_REMEMBERED = 20_000;
/** Strangers who try keys must not use up the connections that everybody else needs. */
const MAX_LOOKUPS = 4;

/**
 * Remembers in memory what strangers name all the time, so that a request costs no read, and outlives Postgres. The function
 * it gives finds what a key stands for, or undefined; it throws what the read threw when Postgres does not answer and nothing
 * is remembered, or too many wait for it.
 *
 * @param options.count told how each was found, unless it simply was remembered.
 */
export function remembered<T>(options: {
  readonly read: (key: string) => Promise<T | undefined>;
  readonly count: (outcome: 'read' | 'unknown' | 'stale') => void;
  readonly logger: Logger;
}): (key: string) => Promise<T | undefined> {
  const { count, logger } = options;
  const known = new LRUCache<string, { readonly value: T; freshUntil: number }>({ max: MAX_REMEMBERED, ttl: STALE_MS });
  // Apart, so that any number of wrong keys pushes no right one out.
  const unknown = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: FRESH_MS });
  const running = new Map<string, Promise<T | undefined>>();

  async function read(key: string): Promise<T | undefined> {
    const value = await options.read(key);
    if (value === undefined) {
      known.delete(key);
      unknown.set(key, true);
      count('unknown');
      return undefined;
    }
    known.set(key, { value, freshUntil: performance.now() + FRESH_MS });
    count('read');
    return value;
  }

  /** One read for all who ask for a key at once. */
  async function lookUp(key: string): Promise<T | undefined> {
    const same = running.get(key);
    if (same) return same;
    if (running.size >= MAX_LOOKUPS) throw new Error('too many look-ups are under way');
    const reading = read(key).finally(() => running.delete(key));
    running.set(key, reading);
    return reading;
  }

  return async (key) => {
    if (unknown.has(key)) return undefined;
    const entry = known.get(key);
    if (!entry) return lookUp(key);
    if (performance.now() < entry.freshUntil) return entry.value;
    try {
      return await withTimeout(lookUp(key), REFRESH_LIMIT_MS, `no answer within ${REFRESH_LIMIT_MS} ms`);
    } catch (error) {
      logger.warn({ err: error, key }, 'something could not be read again, going by memory');
      count('stale');
      // Not before a second: with Postgres away, not every request has to find that out.
      entry.freshUntil = performance.now() + 1_000;
      return entry.value;
    }
  };
}

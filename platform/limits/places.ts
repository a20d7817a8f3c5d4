import { randomUUID } from 'node:crypto';
import type { RedisPart } from '#platform/cache/redis.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { givePlaceInRedis, keepPlacesInRedis, takePlaceInRedis } from './placesInRedis.ts';

/** Longer than Redis ever takes for it, and short for who waits to be let in. */
const REDIS_LIMIT_MS = 200;
/** What a process that was killed leaves behind is free after it. */
const LEASE_MS = 60_000;
/** Twice it may fail. */
const KEEP_EVERY_MS = 20_000;
const LOG_EVERY_MS = 60_000;

/** How many there may be at a time of what lasts, over all processes that share the Redis. */
export interface Places extends Part {
  /**
   * Takes a place under a key; undefined when there are so many already, else gives it back. Never rejects: without Redis each process counts
   * its own, so that together there may be as many times the limit as there are processes; those who came meanwhile count for all when
   * it is back.
   */
  take(key: string, most: number): Promise<(() => void) | undefined>;
}

export function createPlaces(options: {
  readonly redis: Pick<RedisPart, 'client'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Places {
  const { redis, logger, metrics } = options;
  /** What is held here, by key: known without Redis, and told to it again and again. */
  const held = new Map<string, Set<string>>();
  const fallbacks = metrics.counter(
    'switchboard_places_fallback_total',
    'Places that were given by what this process has alone, as Redis did not answer',
  );
  let loggedAt = -Infinity;
  let keeping: NodeJS.Timeout | undefined;

  function hold(key: string, place: string): void {
    held.set(key, (held.get(key) ?? new Set()).add(place));
  }

  function drop(key: string, place: string): void {
    const places = held.get(key);
    places?.delete(place);
    if (places?.size === 0) held.delete(key);
  }

  function fallBack(error: unknown): void {
    if (performance.now() - loggedAt < LOG_EVERY_MS) return;
    loggedAt = performance.now();
    logger.warn({ err: error }, 'without Redis, places are counted by this process alone');
  }

  async function isFree(place: Parameters<typeof takePlaceInRedis>[1], most: number): Promise<boolean> {
    try {
      const asked = takePlaceInRedis(redis.client, place, { most, leaseMs: LEASE_MS });
      return await withTimeout(asked, REDIS_LIMIT_MS, 'Redis did not answer in time');
    } catch (error) {
      fallbacks.inc();
      fallBack(error);
      return true;
    }
  }

  return {
    name: 'places',
    async take(key, most) {
      if ((held.get(key)?.size ?? 0) >= most) return undefined;
      const place = randomUUID();
      // Before it is asked: another one must not come in meanwhile.
      hold(key, place);
      if (!(await isFree({ key, place }, most))) {
        drop(key, place);
        return undefined;
      }
      return () => {
        drop(key, place);
        // Where this fails, it is free when its time is up.
        givePlaceInRedis(redis.client, { key, place }).catch(fallBack);
      };
    },
    async start() {
      keeping = setInterval(() => void keepPlacesInRedis(redis.client, held, LEASE_MS).catch(fallBack), KEEP_EVERY_MS);
    },
    async stop() {
      clearInterval(keeping);
    },
  };
}

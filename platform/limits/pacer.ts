import type { RedisPart } from '#platform/cache/redis.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Pace } from './pace.ts';
import { createPacesInMemory } from './pacesInMemory.ts';
import { takeInRedis } from './pacesInRedis.ts';

/** Longer than Redis ever takes for it, and short beside what is paced. */
const REDIS_LIMIT_MS = 200;
const LOG_EVERY_MS = 60_000;

export interface Pacer {
  /**
   * Takes a place in every one of these paces and gives 0, or takes none and gives the milliseconds after which to ask again.
   * Never rejects: without Redis the paces are held by each process for itself, so that together they may be exceeded as many
   * times as there are processes, until Redis is back.
   *
   * @param paces With distinct keys.
   */
  take(paces: readonly Pace[]): Promise<number>;
}

/** Holds all processes that share the Redis to paces together. */
export function createPacer(options: {
  readonly redis: RedisPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Pacer {
  const { redis, logger, metrics } = options;
  const takeInMemory = createPacesInMemory();
  const fallbacks = metrics.counter(
    'switchboard_limits_fallback_total',
    'Places that were asked for in the memory of this process, as Redis did not answer',
  );
  let loggedAt = -Infinity;

  return {
    async take(paces) {
      if (paces.length === 0) return 0;
      try {
        return await withTimeout(takeInRedis(redis.client, paces), REDIS_LIMIT_MS, 'Redis did not answer in time');
      } catch (error) {
        fallbacks.inc();
        if (performance.now() - loggedAt >= LOG_EVERY_MS) {
          loggedAt = performance.now();
          logger.warn({ err: error }, 'without Redis, paces are held by this process alone');
        }
        return takeInMemory(paces);
      }
    },
  };
}

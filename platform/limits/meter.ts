import type { RedisPart } from '#platform/cache/redis.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Quota, QuotaVerdict } from './quota.ts';
import { createQuotasInMemory } from './quotasInMemory.ts';
import { takeQuotasInRedis } from './quotasInRedis.ts';

/** Longer than Redis ever takes for it, and short beside what is metered. */
const REDIS_LIMIT_MS = 200;
const LOG_EVERY_MS = 60_000;

export interface Meter {
  /**
   * Takes from all of these quotas, or from none. Never rejects: without Redis each process counts for itself, so that together they may
   * give as many times the limit as there are processes, until Redis is back.
   *
   * @param quotas With distinct keys.
   */
  take(quotas: readonly Quota[]): Promise<QuotaVerdict>;
}

/** Holds all processes that share the Redis to quotas together. */
export function createMeter(options: {
  readonly redis: Pick<RedisPart, 'client'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Meter {
  const { redis, logger, metrics } = options;
  const takeInMemory = createQuotasInMemory();
  const fallbacks = metrics.counter(
    'switchboard_quotas_fallback_total',
    'Quotas that were counted in the memory of this process, as Redis did not answer',
  );
  let loggedAt = -Infinity;

  return {
    async take(quotas) {
      try {
        return await withTimeout(
          takeQuotasInRedis(redis.client, quotas),
          REDIS_LIMIT_MS,
          'Redis did not answer in time',
        );
      } catch (error) {
        fallbacks.inc();
        if (performance.now() - loggedAt >= LOG_EVERY_MS) {
          loggedAt = performance.now();
          logger.warn({ err: error }, 'without Redis, quotas are counted by this process alone');
        }
        return takeInMemory(quotas);
      }
    },
  };
}

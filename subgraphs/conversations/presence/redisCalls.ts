import type { z } from 'zod';
import type { RedisPart } from '#platform/cache/redis.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';

/** Runs scripts. What fails is counted by what it was for, and fails for the caller too. */
export interface RedisCalls {
  call<T>(
    purpose: string,
    schema: z.ZodType<T>,
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<T>;
  /** Whether it went; what failed is counted and logged. */
  attempt<T>(work: Promise<T>, otherwise: T): Promise<T>;
}

/** @param options.limitMs Who asks waits no longer for what can be done without. */
export function createRedisCalls(options: {
  readonly redis: RedisPart;
  readonly limitMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): RedisCalls {
  const { redis, limitMs, logger } = options;
  const calls = options.metrics.counter('switchboard_presence_calls_total', 'Questions to Redis about who is there', [
    'purpose',
  ]);
  const failures = options.metrics.counter(
    'switchboard_presence_failures_total',
    'What Redis did not answer about who is there: agents seem offline meanwhile, and nothing is assigned by itself',
    ['purpose'],
  );

  return {
    async call(purpose, schema, script, keys, args) {
      calls.inc({ purpose });
      try {
        const answer = redis.client.eval(script, keys.length, ...keys, ...args);
        return schema.parse(await withTimeout(answer, limitMs, 'Redis did not answer in time'));
      } catch (error) {
        failures.inc({ purpose });
        throw error;
      }
    },
    async attempt(work, otherwise) {
      try {
        return await work;
      } catch (error) {
        logger.debug({ err: error }, 'Redis did not say who is there');
        return otherwise;
      }
    },
  };
}

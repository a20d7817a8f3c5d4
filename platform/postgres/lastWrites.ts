import { LRUCache } from 'lru-cache';
import { createRedis } from '#platform/cache/redis.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';

/** Where in the primary's log the last write of each company ends, as far as anybody was told of it. */
export interface LastWrites extends Part {
  /** Called before the write is answered, or its events are told. Never fails: see {@link createLastWrites}. */
  note(companyIds: readonly string[], position: number): Promise<void>;
  /** @throws when nobody can say. */
  of(companyId: string): Promise<number | undefined>;
}

const MAX_COMPANIES = 10_000;

/**
 * Kept in Redis, for all processes of a context: one that answers a read has to know of what another one wrote. Positions
 * only grow. This process' own are kept in memory too, so that while Redis is away who writes and reads in the same process
 * still sees what he wrote; nobody else's reads go to a replica then.
 */
export function createLastWrites(options: {
  readonly context: string;
  readonly redisUrl: string;
  readonly logger: Logger;
}): LastWrites {
  const { context, redisUrl, logger } = options;
  const redis = createRedis({ url: redisUrl, name: `${context}-last-writes`, logger });
  const key = `switchboard:last-writes:${context}`;
  const own = new LRUCache<string, number>({ max: MAX_COMPANIES });

  return {
    name: `last writes of ${context}`,
    async note(companyIds, position) {
      for (const companyId of companyIds) own.set(companyId, Math.max(position, own.get(companyId) ?? 0));
      try {
        await redis.client.zadd(key, 'GT', ...companyIds.flatMap((companyId) => [position, companyId]));
      } catch (error) {
        logger.warn({ err: error, context }, 'Redis does not know of a write: a replica may show what was before it');
      }
    },
    async of(companyId) {
      const told = await redis.client.zscore(key, companyId);
      const position = Math.max(Number(told ?? 0), own.get(companyId) ?? 0);
      return position === 0 ? undefined : position;
    },
    start: () => redis.start(),
    stop: () => redis.stop(),
  };
}

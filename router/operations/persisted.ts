import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Manifest } from '#schema/operations/manifest.ts';
import { MAX_KEPT_CHARACTERS, sha256 } from './documents.ts';
import { OperationError } from './errors.ts';

/** What of a GraphQL request says which operation it means, over HTTP and WebSocket alike. */
export const operationRequestSchema = z.looseObject({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z
    .looseObject({ persistedQuery: z.looseObject({ version: z.literal(1), sha256Hash: z.string() }).nullish() })
    .nullish(),
});
export type OperationRequest = z.output<typeof operationRequestSchema>;

/** Documents that clients name by hash: registered ones for good, others for a time after their registration. */
export interface PersistedOperations {
  get(hash: string): Promise<string | undefined>;
  /** Keeps a document that has been found valid. Never rejects. */
  set(hash: string, source: string): Promise<void>;
  /**
   * With `onlyRegistered`, refuses what is not in the manifest.
   *
   * @throws OperationError `PERSISTED_QUERY_NOT_IN_LIST` or `QUERY_NOT_IN_SAFELIST`.
   */
  check(request: OperationRequest): void;
}

const MEMORY_BYTES = 16 * 1024 * 1024;

/**
 * Automatic persisted queries in memory in front of Redis, so that one router's clients are known to all. Redis away
 * means that a client sends a document once more, and nothing else.
 *
 * @param options.ttlMs how long a document stays after its last registration.
 */
export function createPersistedOperations(options: {
  readonly manifest: Manifest;
  readonly onlyRegistered: boolean;
  readonly ttlMs: number;
  readonly redis: Redis;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): PersistedOperations {
  const { ttlMs, redis, logger, onlyRegistered } = options;
  const registered = new Map(options.manifest.operations.map(({ id, body }) => [id, body]));
  const memory = new LRUCache<string, string>({
    maxSize: MEMORY_BYTES,
    sizeCalculation: (source) => source.length * 2 + 100,
    ttl: ttlMs,
  });
  const lookups = options.metrics.counter(
    'switchboard_router_persisted_lookups_total',
    'Operations asked for by hash',
    ['found'],
  );

  async function fromRedis(hash: string): Promise<string | undefined> {
    try {
      return (await redis.get(keyOf(hash))) ?? undefined;
    } catch (error) {
      logger.warn({ err: error }, 'persisted operations: Redis does not answer, memory only');
      return undefined;
    }
  }

  return {
    async get(hash) {
      const known = registered.get(hash);
      if (known !== undefined) {
        lookups.inc({ found: 'registered' });
        return known;
      }
      const remembered = memory.get(hash);
      if (remembered !== undefined) {
        lookups.inc({ found: 'memory' });
        return remembered;
      }
      const source = await fromRedis(hash);
      // Others may write to Redis too; what does not fit its hash was validated by nobody under that name.
      if (source === undefined || sha256(source) !== hash) {
        lookups.inc({ found: 'no' });
        return undefined;
      }
      memory.set(hash, source);
      lookups.inc({ found: 'redis' });
      return source;
    },

    async set(hash, source) {
      if (registered.has(hash) || source.length > MAX_KEPT_CHARACTERS) return;
      memory.set(hash, source);
      try {
        await redis.set(keyOf(hash), source, 'PX', ttlMs);
      } catch (error) {
        logger.warn({ err: error }, 'persisted operations: Redis does not answer, memory only');
      }
    },

    check(request) {
      if (!onlyRegistered) return;
      const hash = namedHash(request);
      if (request.query) {
        if (!registered.has(sha256(request.query))) throw OperationError.onlyRegistered();
      } else if (hash === undefined) {
        throw OperationError.onlyRegistered();
      } else if (!registered.has(hash)) {
        throw OperationError.notRegistered();
      }
    },
  };
}

/** The hash that a request names, as `extensions.persistedQuery.sha256Hash` or as `documentId`. */
export function namedHash({ documentId, extensions }: OperationRequest): string | undefined {
  // `sha256:` is how the GraphQL over HTTP specification names what the id is.
  return extensions?.persistedQuery?.sha256Hash ?? documentId?.replace(/^sha256:/, '');
}

function keyOf(hash: string): string {
  return `router:persisted:${hash}`;
}

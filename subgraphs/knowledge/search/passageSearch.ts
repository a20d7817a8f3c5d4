import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createCache } from '#platform/cache/cache.ts';
import type { RedisPart } from '#platform/cache/redis.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { ChunkIndex, Passage } from '../index/chunkIndex.ts';
import type { IndexState } from '../queries/indexState.ts';

export interface Question {
  readonly companyId: string;
  readonly query: string;
  /** How many passages of what the documents say now are wanted. */
  readonly first: number;
  /** As the asker's transaction sees it; undefined while nothing was ever indexed. */
  readonly state: IndexState | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PassageSearch {
  /**
   * The best passages, best first, and more than were asked for: some may be of versions that are no longer, or not yet, what a
   * document says.
   *
   * @throws EmbedderError, IndexError
   */
  find(question: Question): Promise<readonly Passage[]>;
}

const passages: z.ZodType<readonly Passage[]> = z.array(
  z.object({
    documentId: z.string(),
    version: z.int(),
    heading: z.string(),
    text: z.string(),
    score: z.number(),
  }),
);

/** The net below: what a change of the documents has made stale is never asked for again. */
const TTL_MS = 60 * 60 * 1_000;
const IN_MEMORY = 2_000;
/** While a document is replaced, both of its versions are found: each takes a place. */
const VERSIONS = 2;

/**
 * Searches that remember: the same question to the same state of a company's documents is answered from memory, or from Redis.
 * Create it before `redis` is started.
 */
export function createPassageSearch(options: {
  readonly index: ChunkIndex;
  readonly redis: RedisPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): PassageSearch {
  const { index } = options;
  const cache = createCache({
    ...options,
    namespace: 'knowledge-passages',
    memory: { maxEntries: IN_MEMORY },
    ttlMs: TTL_MS,
  });
  return {
    find({ companyId, query, first, state, signal }) {
      const collection = state?.collection ?? index.collection;
      const key = createHash('sha256')
        .update(JSON.stringify([companyId, collection, state?.revision ?? null, first, query]))
        .digest('base64url');
      return cache.get(key, passages, () =>
        index.search({ companyId, query, collection, first: first * VERSIONS, signal }),
      );
    },
  };
}

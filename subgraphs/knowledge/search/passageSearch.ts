import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createCache } from '#platform/cache/cache.ts';
import type { RedisPart } from '#platform/cache/redis.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { ChunkIndex, Passage } from '../index/chunkIndex.ts';
import type { IndexState } from '../queries/indexState.ts';
import { CANDIDATES, rerankPassages } from '../rerank/rerankPassages.ts';
import { RerankError, type Reranker } from '../rerank/reranker.ts';
import { normalQuery } from './normalQuery.ts';

export interface Question {
  readonly companyId: string;
  readonly query: string;
  /** How many passages of what the documents say now are wanted. */
  readonly first: number;
  /** As the asker's transaction sees it; undefined while nothing was ever indexed. */
  readonly state: IndexState | undefined;
  /** Nobody waits for it: it is looked for so that it is known when somebody does. */
  readonly background?: { readonly signal: AbortSignal } | undefined;
}

export interface PassageSearch {
  /**
   * The best passages, best first, and more than were asked for: some may be of versions that are no longer, or not yet, what a
   * document says.
   *
   * @throws EmbedderError, IndexError
   */
  find(question: Question): Promise<readonly Passage[]>;
  /** Somebody waits for a search at this moment. */
  readonly isBusy: boolean;
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
 *
 * @param options.reranker Puts what is found in the order of how well it answers. While it does not, what is found stays as it is, and is
 *   not remembered as that.
 */
export function createPassageSearch(options: {
  readonly index: ChunkIndex;
  readonly redis: RedisPart;
  readonly reranker?: Reranker | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): PassageSearch {
  const { index, reranker, logger } = options;
  const common = { ...options, memory: { maxEntries: IN_MEMORY }, ttlMs: TTL_MS };
  const found = createCache({ ...common, namespace: 'knowledge-passages' });
  const ranked = createCache({ ...common, namespace: 'knowledge-ranked' });

  /** As they are found; so many that there are enough of what the documents say now. */
  function fused({ companyId, query, state, background }: Question, first: number): Promise<readonly Passage[]> {
    const collection = state?.collection ?? index.collection;
    const key = keyOf(companyId, collection, state?.revision ?? null, first, normalQuery(query));
    // Others may come to wait for the same: who leaves does not take it from them.
    return found.get(key, passages, () =>
      index.search({
        companyId,
        query,
        collection,
        first,
        ...(background && { background: true, signal: background.signal }),
      }),
    );
  }

  async function reranked(by: Reranker, question: Question, first: number): Promise<readonly Passage[]> {
    const candidates = await fused(question, Math.max(first, CANDIDATES));
    const { companyId, query, state } = question;
    const key = keyOf(companyId, state?.collection ?? '', state?.revision ?? null, first, normalQuery(query), by.model);
    try {
      return await ranked.get(key, passages, () => rerankPassages(by, query, candidates, first));
    } catch (error) {
      if (!(error instanceof RerankError)) throw error;
      logger.warn({ err: error, companyId }, 'passages stay in the order in which they were found');
      return candidates.slice(0, first);
    }
  }

  let waiting = 0;

  return {
    get isBusy() {
      return waiting > 0;
    },
    async find(question) {
      const first = question.first * VERSIONS;
      const weight = question.background ? 0 : 1;
      waiting += weight;
      try {
        return await (reranker ? reranked(reranker, question, first) : fused(question, first));
      } finally {
        waiting -= weight;
      }
    },
  };
}

function keyOf(...parts: readonly (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

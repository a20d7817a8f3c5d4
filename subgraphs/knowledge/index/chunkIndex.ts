import { QdrantClient } from '@qdrant/js-client-rest';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { passageTerms, queryTerms } from '../embedding/bm25.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Chunk } from '../text/chunk.ts';
import { collectionName, ensureCollection } from './collection.ts';
import { IndexError } from './errors.ts';
import { payloadModel, pointId, pointOf, searchRequest, staleFilter } from './requests.ts';

export interface IndexedDocument {
  readonly companyId: string;
  readonly id: string;
  readonly version: number;
  readonly title: string;
}

/** A found piece of a document, as it was in that version of it. */
export interface Passage {
  readonly documentId: string;
  readonly version: number;
  readonly text: string;
  readonly score: number;
}

/** Passages of documents by meaning and by words, each company's for itself. */
export interface ChunkIndex extends Part {
  readonly check: Check;
  /**
   * Makes these chunks what the index holds of the document; resolves when they are found. Repeating it changes nothing.
   *
   * @throws EmbedderError when the chunks cannot be embedded, IndexError when Qdrant does not serve.
   */
  put(document: IndexedDocument, chunks: readonly Chunk[]): Promise<void>;
  /** The best passages, best first. Throws as `put` does. */
  search(companyId: string, query: string, first: number, signal?: AbortSignal): Promise<Passage[]>;
}

/** Chunks embedded and sent at a time: about a megabyte of JSON, and what bounds the memory that a document takes. */
const BATCH = 64;
const TIMEOUT_MS = 10_000;

/** The index in Qdrant. It starts also while Qdrant is away, and makes its collection when it is first needed. */
export function createChunkIndex(options: {
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly embedder: Embedder;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): ChunkIndex {
  const { embedder, logger, metrics } = options;
  const collection = collectionName(embedder);
  const client = createClient(options.url, options.apiKey);
  const searches = metrics.histogram('switchboard_knowledge_search_seconds', 'Time to find passages', ['step']);
  const indexed = metrics.counter('switchboard_knowledge_chunks_indexed_total', 'Chunks put into the index');
  let ready: Promise<void> | undefined;

  async function ensure(): Promise<void> {
    try {
      await ensureCollection(client, collection, embedder.dimensions);
    } catch (error) {
      // Also a refusal is asked again: a server's settings can be mended while this process runs.
      ready = undefined;
      throw error;
    }
  }

  /** Runs against a collection that is there. Whatever Qdrant fails with is an outage, but for a request that is wrong in itself. */
  async function onCollection<T>(work: () => Promise<T>): Promise<T> {
    try {
      ready ??= ensure();
      await ready;
      return await work();
    } catch (error) {
      if (isRefusal(error)) throw error;
      // Also when the collection has vanished with its server: the next try makes it again.
      ready = undefined;
      throw IndexError.unavailable(error);
    }
  }

  return {
    name: 'chunk index',
    async check() {
      await client.collectionExists(collection);
    },
    async start() {
      await onCollection(async () => undefined).catch((error: unknown) =>
        logger.warn({ err: error, collection }, 'Qdrant is away: documents wait, searches fail until it is back'),
      );
    },
    async stop() {
      // Requests are not kept open between calls, and the client owns nothing else.
    },
    async put({ companyId, id, version, title }, chunks) {
      for (let from = 0; from < chunks.length; from += BATCH) {
        const batch = chunks.slice(from, from + BATCH);
        const texts = batch.map(({ heading, text }) => [title, heading, text].filter(Boolean).join('\n'));
        const vectors = await embedder.embed(texts);
        const points = batch.map(({ ordinal, heading, text }, i) =>
          pointOf(
            { company_id: companyId, document_id: id, version, ordinal, heading, text },
            vectors[i] ?? [],
            passageTerms(texts[i] ?? ''),
          ),
        );
        await onCollection(async () => client.upsert(collection, { wait: true, points }));
        indexed.inc(points.length);
      }
      const kept = chunks.map(({ ordinal }) => pointId(companyId, id, version, ordinal));
      const filter = staleFilter(companyId, id, version, kept);
      await onCollection(async () => client.delete(collection, { wait: true, filter }));
    },
    async search(companyId, query, first, signal) {
      const embedded = searches.startTimer({ step: 'embed' });
      const [dense = []] = await embedder.embed([query], signal);
      embedded();
      const queried = searches.startTimer({ step: 'query' });
      const request = searchRequest(companyId, dense, queryTerms(query), first);
      const { points } = await onCollection(async () => client.query(collection, request));
      queried();
      return points.map(({ score, payload }) => {
        const { document_id, version, text } = payloadModel.parse(payload);
        return { documentId: document_id, version, text, score };
      });
    },
  };
}

/** What no repetition mends: a fault of ours. A missing collection, a wrong key or a timeout is somebody's to mend meanwhile. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return status === 400 || status === 413 || status === 422;
}

function createClient(address: string, apiKey: string | undefined): QdrantClient {
  const url = new URL(address);
  const prefix = url.pathname.replace(/\/+$/, '');
  return new QdrantClient({
    url: url.origin,
    // The client's own default is 6333 also where the address says nothing, as behind a proxy.
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    ...(prefix !== '' && { prefix }),
    // As a header and not as `apiKey`: the client would complain on the console about plain HTTP inside a cluster.
    ...(apiKey !== undefined && { headers: { 'api-key': apiKey } }),
    timeout: TIMEOUT_MS,
    checkCompatibility: false,
  });
}

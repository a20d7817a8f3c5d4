import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { passageTerms, queryTerms } from '../embedding/bm25.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { createLocalEmbedder } from '../embedding/localEmbedder.ts';
import type { Chunk } from '../text/chunk.ts';
import { collectionName, isChunkCollection } from './collection.ts';
import { IndexError } from './errors.ts';
import { createQdrant, type QdrantAddress } from './qdrant.ts';
import {
  ofCompany,
  ofDocument,
  payloadModel,
  pointOf,
  searchRequest,
  staleFilter,
  type Payload,
  type SearchMode,
} from './requests.ts';

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
  readonly heading: string;
  readonly text: string;
  readonly score: number;
}

export interface Search {
  readonly companyId: string;
  readonly query: string;
  readonly first: number;
  /** Where the company's passages are. @default where new ones go */
  readonly collection?: string | undefined;
  /** @default both, fused */
  readonly mode?: SearchMode | undefined;
  /** Nobody waits for it: questions for which somebody does go first. */
  readonly background?: true | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Passages of documents by meaning and by words, each company's for itself. */
export interface ChunkIndex extends Part {
  readonly check: Check;
  /** Where new passages go: one collection for each space of vectors. */
  readonly collection: string;
  /**
   * Puts chunks beside whatever the index holds; resolves when they are found. Repeating it changes nothing.
   *
   * @param onPassages is told how many more are embedded and on their way.
   * @param also Another collection that is still searched. When its model is not known here, its passages are found by words.
   * @throws EmbedderError when the chunks cannot be embedded, IndexError when Qdrant does not serve.
   */
  put(
    documents: readonly { readonly document: IndexedDocument; readonly chunks: readonly Chunk[] }[],
    also?: string,
    onPassages?: (count: number) => void,
  ): Promise<void>;
  /** Takes away what every collection holds of a document up to this version, but for the version's own chunks. */
  dropOlder(document: Pick<IndexedDocument, 'companyId' | 'id' | 'version'>, chunkCount: number): Promise<void>;
  /** Takes away all that any collection holds of a document. */
  remove(companyId: string, documentId: string): Promise<void>;
  /** The best passages, best first. Throws as `put` does. */
  search(search: Search): Promise<Passage[]>;
  /**
   * Copies what a collection holds of a company to where new passages go, page by page.
   *
   * @param onPage is told how many passages there were in a page.
   */
  copy(companyId: string, from: string, onPage: (passages: number) => void): Promise<void>;
  /** Which versions of documents a collection holds of a company. */
  versions(companyId: string, collection: string): Promise<{ documentId: string; version: number }[]>;
  count(companyId: string, collection: string): Promise<number>;
}

/** Chunks embedded and sent at a time: about a megabyte of JSON, and what bounds the memory that a document takes. */
const BATCH = 64;
const PAGE = 256;

const TRIES = 4;

/** The same points again are the same points: a disk that is busy for some seconds ends no import of hours. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof IndexError) || attempt === TRIES) throw error;
      await pause(backoff(attempt, { baseMs: 250 }));
    }
  }
}

/** The index in Qdrant. It starts also while Qdrant is away, and makes its collections when they are first needed. */
export function createChunkIndex(
  options: QdrantAddress & { readonly embedder: Embedder; readonly logger: Logger; readonly metrics: Metrics },
): ChunkIndex {
  const { embedder, logger, metrics } = options;
  const collection = collectionName(embedder);
  // The local one costs nothing: who comes from it is searched by it until everything has moved.
  const spaces = new Map([createLocalEmbedder(), embedder].map((known) => [collectionName(known), known]));
  const qdrant = createQdrant(options);
  const { client } = qdrant;
  const searches = metrics.histogram('switchboard_knowledge_search_seconds', 'Time to find passages', ['step']);
  const indexed = metrics.counter('switchboard_knowledge_chunks_indexed_total', 'Chunks put into the index');

  /** A collection of a model that nobody here knows is there already: only its words are read and written. */
  function on<T>(name: string, work: () => Promise<T>): Promise<T> {
    const space = spaces.get(name);
    return space ? qdrant.on(name, space.dimensions, work) : qdrant.run(work);
  }

  async function upsertAll(
    name: string,
    payloads: readonly Payload[],
    onPassages?: (count: number) => void,
  ): Promise<void> {
    const companies = Map.groupBy(payloads, ({ company_id }) => company_id);
    for (const [companyId, own] of companies) await upsert(name, companyId, own, onPassages);
  }

  async function upsert(
    name: string,
    companyId: string,
    payloads: readonly Payload[],
    onPassages?: (count: number) => void,
  ): Promise<void> {
    // While Qdrant writes a batch the next one is made.
    let written: Promise<unknown> = Promise.resolve();
    for (let from = 0; from < payloads.length; from += BATCH) {
      const batch = payloads.slice(from, from + BATCH);
      const texts = batch.map(({ title, heading, text }) => [title, heading, text].filter(Boolean).join('\n'));
      const documentIds = batch.map(({ document_id }) => document_id);
      const vectors = await spaces.get(name)?.embed(texts, { companyId, documentIds, background: true });
      const points = batch.map((payload, i) => pointOf(payload, vectors?.[i], passageTerms(texts[i] ?? '')));
      await written;
      written = patiently(() => on(name, async () => client.upsert(name, { wait: true, points })));
      written.catch(() => undefined);
      indexed.inc(points.length);
      onPassages?.(points.length);
    }
    await written;
  }

  async function collections(): Promise<string[]> {
    const { collections: all } = await qdrant.run(async () => client.getCollections());
    return all.map(({ name }) => name).filter(isChunkCollection);
  }

  /** All that a collection holds of a company, a page at a time. */
  async function* pages(companyId: string, name: string, fields: readonly (keyof Payload)[]) {
    for (let offset: string | number | undefined; ;) {
      const { points, next_page_offset: next } = await qdrant.run(async () =>
        client.scroll(name, {
          filter: ofCompany(companyId),
          limit: PAGE,
          with_payload: [...fields],
          ...(offset !== undefined && { offset }),
        }),
      );
      yield points.map(({ payload }) => payload);
      if (typeof next !== 'string' && typeof next !== 'number') return;
      offset = next;
    }
  }

  async function dense(
    name: string,
    { companyId, query, mode, background, signal }: Search,
  ): Promise<number[] | undefined> {
    if (mode === 'sparse') return undefined;
    const stop = searches.startTimer({ step: 'embed' });
    const [vector] = (await spaces.get(name)?.embed([query], { companyId, background, signal })) ?? [];
    stop();
    return vector;
  }

  return {
    name: 'chunk index',
    collection,
    async check() {
      await client.collectionExists(collection);
    },
    async start() {
      await on(collection, async () => undefined).catch((error: unknown) =>
        logger.warn({ err: error, collection }, 'Qdrant is away: documents wait, searches fail until it is back'),
      );
    },
    async stop() {
      // Requests are not kept open between calls, and the client owns nothing else.
    },
    async put(documents, also, onPassages) {
      const payloads = documents.flatMap(({ document: { companyId, id, version, title }, chunks }) =>
        chunks.map(({ ordinal, heading, text }) => ({
          company_id: companyId,
          document_id: id,
          version,
          ordinal,
          title,
          heading,
          text,
        })),
      );
      await upsertAll(collection, payloads, onPassages);
      if (also !== undefined && also !== collection) await upsertAll(also, payloads);
    },
    async dropOlder(document, chunkCount) {
      const filter = staleFilter(document, chunkCount);
      for (const name of await collections()) {
        await qdrant.run(async () => client.delete(name, { wait: true, filter }));
      }
    },
    async remove(companyId, documentId) {
      const filter = ofDocument(companyId, documentId);
      for (const name of await collections()) {
        await qdrant.run(async () => client.delete(name, { wait: true, filter }));
      }
    },
    async search(search) {
      const { collection: name = collection, query, first, companyId, mode } = search;
      const vector = await dense(name, search);
      const terms = mode === 'dense' ? undefined : queryTerms(query);
      const request = searchRequest(
        companyId,
        { dense: vector, sparse: terms, weight: spaces.get(name)?.weight ?? 1 },
        first,
      );
      if (!request) return [];
      const stop = searches.startTimer({ step: 'query' });
      const { points } = await on(name, async () => client.query(name, request));
      stop();
      return points.map(({ score, payload }) => {
        const { document_id, version, heading, text } = payloadModel.parse(payload);
        return { documentId: document_id, version, heading, text, score };
      });
    },
    async copy(companyId, from, onPage) {
      const fields = Object.keys(payloadModel.shape) as (keyof Payload)[];
      for await (const page of pages(companyId, from, fields)) {
        await upsert(
          collection,
          companyId,
          page.map((payload) => payloadModel.parse(payload)),
        );
        onPage(page.length);
      }
    },
    async versions(companyId, name) {
      const found = new Map<string, { documentId: string; version: number }>();
      for await (const page of pages(companyId, name, ['document_id', 'version'])) {
        for (const payload of page) {
          const { document_id: documentId, version } = payloadModel
            .pick({ document_id: true, version: true })
            .parse(payload);
          found.set(`${documentId} ${version}`, { documentId, version });
        }
      }
      return [...found.values()];
    },
    async count(companyId, name) {
      const filter = ofCompany(companyId);
      return (await qdrant.run(async () => client.count(name, { filter, exact: true }))).count;
    },
  };
}

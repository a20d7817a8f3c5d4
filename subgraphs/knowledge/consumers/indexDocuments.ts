import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { FileStore } from '#platform/files/fileStore.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { forgetVectorsOf } from '../commands/forgetVectors.ts';
import { noteProgress } from '../commands/noteProgress.ts';
import { settleDocument, type Outcome } from '../commands/settleDocument.ts';
import { EmbedderError } from '../embedding/embedder.ts';
import { languageOfText } from '../embedding/languages.ts';
import type { ChunkIndex } from '../index/chunkIndex.ts';
import { queuedDocument, type DocumentSource } from '../queries/documents.ts';
import { indexState } from '../queries/indexState.ts';
import { blocksOf } from '../text/blocks.ts';
import { chunksOf } from '../text/chunk.ts';
import { TextError } from '../text/errors.ts';
import { createProgress } from './progress.ts';
import { createSourceReader } from './sourceText.ts';

/** Cutting and embedding is work for the processor: more at once would only make each slower, and searches with them. */
const CONCURRENCY = 2;

/**
 * Makes documents findable: reads, chunks, embeds and indexes what was added or changed, and takes away what was removed. A
 * document that cannot be indexed becomes FAILED with the reason; while Qdrant or the embedding model is away, documents wait.
 */
export function createIndexer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly store: FileStore;
  readonly index: ChunkIndex;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, store, index, logger, metrics } = options;
  const readSource = createSourceReader({ database, store });
  const settled = metrics.counter('switchboard_knowledge_documents_total', 'Documents by how their indexing ended', [
    'outcome',
  ]);

  async function indexDocument(companyId: string, id: string): Promise<void> {
    const { document, collection } = await readQueued(companyId, id);
    // Done by an earlier delivery of the event, or still to be read from the web.
    if (!document || (document.file && 'url' in document.file)) return;
    const outcome = await outcomeOf(companyId, id, document, collection);
    const isThere = await settleDocument(database, companyId, { id, version: document.version }, outcome);
    // Only now: until the new version counts, the old one is what is found.
    if (!isThere) await remove(companyId, id);
    else if ('chunkCount' in outcome) {
      await index.dropOlder({ companyId, id, version: document.version }, outcome.chunkCount);
    }
    settled.inc({ outcome: 'reason' in outcome ? 'failed' : 'indexed' });
  }

  async function remove(companyId: string, id: string): Promise<void> {
    await index.remove(companyId, id);
    await forgetVectorsOf(database, companyId, id);
  }

  async function readQueued(
    companyId: string,
    id: string,
  ): Promise<{ readonly document: DocumentSource | undefined; readonly collection: string | undefined }> {
    const session = database.session(companyId);
    try {
      const document = await session.read((sql) => queuedDocument(sql, companyId, id));
      const state = await session.read((sql) => indexState(sql, companyId));
      return { document, collection: state?.collection };
    } finally {
      // Before the work begins, which takes its time: nobody has to wait for this connection.
      await session.close();
    }
  }

  async function outcomeOf(
    companyId: string,
    id: string,
    document: DocumentSource,
    collection: string | undefined,
  ): Promise<Outcome> {
    const { title, version } = document;
    try {
      if (document.file) {
        await noteProgress(database, companyId, { id, version }, { stage: 'READING', done: 0, total: null });
      }
      const { text, format } = await readSource(companyId, id, document);
      const chunks = chunksOf(blocksOf(text, format));
      if (chunks.length === 0) throw TextError.empty();
      const total = chunks.length;
      const progress = createProgress({ database, companyId, document: { id, version }, total, logger });
      await index.put([{ document: { companyId, id, version, title }, chunks }], collection, progress.done);
      await progress.ended();
      const language = languageOfText(chunks.map((chunk) => chunk.text).join('\n')) ?? null;
      return { chunkCount: chunks.length, language, collection: index.collection };
    } catch (error) {
      if (!isOfTheText(error)) throw error;
      logger.warn({ err: error, companyId, documentId: id }, 'a document cannot be indexed');
      return { reason: error.message };
    }
  }

  return createEventConsumer({
    nats,
    durable: 'knowledge-index',
    filterSubject: 'events.knowledge.>',
    catalogue,
    handlers: {
      'knowledge.document.added': async ({ companyId, data }) => indexDocument(companyId, data.documentId),
      'knowledge.document.changed': async ({ companyId, data }) => indexDocument(companyId, data.documentId),
      'knowledge.document.removed': async ({ companyId, data }) => remove(companyId, data.documentId),
    },
    keyOf: (event) => ('documentId' in event.data ? event.data.documentId : event.id),
    concurrency: CONCURRENCY,
    logger,
    metrics,
  });
}

/** Whether the text itself is why: only then is it of use to tell its author, and of none to try again. */
function isOfTheText(error: unknown): error is TextError | EmbedderError {
  return error instanceof TextError || (error instanceof EmbedderError && error.code === 'TEXT_REFUSED');
}

import { LockMode, type InferEntity } from '@mikro-orm/postgresql';
import type { Database, WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document } from '../entities/document.ts';
import type { Format } from '../text/blocks.ts';
import type { TextError } from '../text/errors.ts';
import { countImported } from './countImported.ts';

/** What came of reading a page. */
export type PageOutcome =
  | { readonly text: string; readonly format: Format; /** As the page has it. */ readonly title: string }
  | { readonly error: TextError };

type Stored = InferEntity<typeof Document>;

const actor = { kind: 'system' } as const;
const HOUR_MS = 3_600_000;
const MOST_TRIES = 3;
/** After the first failure that passes; four times as long after the second. */
const FIRST_PAUSE_MS = 60_000;

/**
 * Writes down what stands at a document's address. What is new goes on to be indexed; what is as before is not. Nothing of it holds
 * when somebody has changed the document meanwhile.
 */
export async function settlePage(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  page: { readonly id: string; readonly version: number; readonly url: string },
  outcome: PageOutcome,
): Promise<void> {
  await database.write(companyId, async (transaction) => {
    const options = { lockMode: LockMode.PESSIMISTIC_WRITE, populate: ['text'] } as const;
    const document = await transaction.em.findOne(Document, { companyId, id: page.id }, options);
    if (document?.version !== page.version || document.url !== page.url) return;
    if ('error' in outcome) await fail(transaction, document, outcome.error);
    else await keep(transaction, document, outcome);
  });
}

async function fail(
  transaction: WriteTransaction<SwitchboardCatalogue>,
  document: Stored,
  error: TextError,
): Promise<void> {
  document.readTries += 1;
  if (error.code === 'AWAY' && document.readTries < MOST_TRIES) {
    document.readAt = new Date(Date.now() + FIRST_PAUSE_MS * 4 ** (document.readTries - 1));
    document.progress = null;
    return;
  }
  planReading(document);
  Object.assign(document, { status: 'FAILED', error: error.message, updatedAt: new Date() });
  const data = { documentId: document.id, reason: error.message };
  transaction.publish({ type: 'knowledge.document.failed', actor, data });
  await countImported(transaction, document.companyId, document, { failed: true });
}

async function keep(
  transaction: WriteTransaction<SwitchboardCatalogue>,
  document: Stored,
  read: { readonly text: string; readonly format: Format; readonly title: string },
): Promise<void> {
  planReading(document);
  document.file = null;
  const { id: documentId, chunkCount } = document;
  const isSame = read.text === document.text && read.format === document.format && read.title === document.title;
  if (isSame && document.indexedVersion === document.version) {
    if (document.status === 'INDEXED') return;
    Object.assign(document, { status: 'INDEXED', error: null, updatedAt: new Date() });
    transaction.publish({ type: 'knowledge.document.indexed', actor, data: { documentId, chunkCount } });
    await countImported(transaction, document.companyId, document, { failed: false });
    return;
  }
  // What it says for the first time is its first version.
  if (document.text !== '') document.version += 1;
  Object.assign(document, { ...read, status: 'QUEUED', error: null, updatedAt: new Date() });
  const data = { documentId, documentVersion: document.version };
  transaction.publish({ type: 'knowledge.document.changed', actor, data });
}

/** It is read for now; when again, if that is to happen by itself. */
function planReading(document: Stored): void {
  const { refreshHours } = document;
  document.readTries = 0;
  document.progress = null;
  document.readAt = refreshHours === null ? null : new Date(Date.now() + refreshHours * HOUR_MS);
}

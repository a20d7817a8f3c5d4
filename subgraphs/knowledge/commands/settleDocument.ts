import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document } from '../entities/document.ts';
import { countUp } from '../queries/indexState.ts';
import { countImported } from './countImported.ts';

/** What became of the indexing. */
export type Outcome =
  | {
      readonly chunkCount: number;
      readonly language: string | null;
      /** Where a company begins whose passages are in no collection yet. */
      readonly collection: string;
    }
  | { readonly reason: string };

const actor = { kind: 'system' } as const;

/**
 * Writes down how the indexing of a version ended and tells it, once: a repetition, and what is said of a version that
 * has been replaced meanwhile, changes nothing. From here on a version that was indexed is the one that is found.
 *
 * @returns whether the document is still there
 */
export async function settleDocument(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  document: { readonly id: string; readonly version: number },
  outcome: Outcome,
): Promise<boolean> {
  const { id: documentId, version } = document;
  return database.write(companyId, async (transaction) => {
    const { em, sql, publish } = transaction;
    const row = await em.findOne(Document, { companyId, id: documentId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!row || row.version !== version || row.status !== 'QUEUED') return row !== null;
    row.updatedAt = new Date();
    row.progress = null;
    if ('reason' in outcome) {
      row.status = 'FAILED';
      row.error = outcome.reason;
      publish({ type: 'knowledge.document.failed', actor, data: { documentId, reason: outcome.reason } });
    } else {
      const { chunkCount, language, collection } = outcome;
      Object.assign(row, { status: 'INDEXED', chunkCount, language, indexedVersion: version });
      publish({ type: 'knowledge.document.indexed', actor, data: { documentId, chunkCount } });
      await countUp(sql, companyId, collection);
    }
    await countImported(transaction, companyId, row, { failed: 'reason' in outcome });
    return true;
  });
}

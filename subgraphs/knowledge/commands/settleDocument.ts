import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Document } from '../entities/document.ts';

/** What became of the indexing. */
export type Outcome = { readonly chunkCount: number } | { readonly reason: string };

const actor = { kind: 'system' } as const;

/**
 * Writes down how the indexing of a version ended and tells it, once: a repetition, and what is said of a version that
 * has been replaced meanwhile, changes nothing.
 */
export async function settleDocument(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  document: { readonly id: string; readonly version: number },
  outcome: Outcome,
): Promise<void> {
  const { id: documentId, version } = document;
  await database.write(companyId, async ({ em, publish }) => {
    const waiting = { companyId, id: documentId, version, status: 'QUEUED' as const };
    const row = await em.findOne(Document, waiting, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!row) return;
    row.updatedAt = new Date();
    if ('reason' in outcome) {
      row.status = 'FAILED';
      row.error = outcome.reason;
      publish({ type: 'knowledge.document.failed', actor, data: { documentId, reason: outcome.reason } });
    } else {
      row.status = 'INDEXED';
      row.chunkCount = outcome.chunkCount;
      publish({ type: 'knowledge.document.indexed', actor, data: { documentId, chunkCount: outcome.chunkCount } });
    }
  });
}

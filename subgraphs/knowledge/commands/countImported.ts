import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { tellImport } from './tellImport.ts';

/** A document for which an import waits, or waits no more. */
interface Imported {
  readonly importId: string | null;
  importWaits: boolean;
}

/** Of an import that goes on it is told once in this time how far it is. */
const TOLD_EVERY_MS = 1_000;

/** Counts that an import's document came to an end, once, in the transaction in which it does. */
export async function countImported(
  transaction: WriteTransaction<SwitchboardCatalogue>,
  companyId: string,
  document: Imported,
  { failed }: { readonly failed: boolean },
): Promise<void> {
  const { importId, importWaits } = document;
  if (importId === null || !importWaits) return;
  document.importWaits = false;
  const [counted] = await transaction.sql<{ hasEnded: boolean; toldAt: Date }>`
    update knowledge.document_imports set done_count = done_count + 1, failed_count = failed_count + ${failed ? 1 : 0},
      status = case when status = 'RUNNING' and done_count + 1 >= total then 'DONE' else status end,
      ended_at = case when status = 'RUNNING' and done_count + 1 >= total then now() end
    where company_id = ${companyId} and id = ${importId}
    returning ended_at is not null as "hasEnded", told_at as "toldAt"`;
  if (!counted) return;
  const isOld = Date.now() - counted.toldAt.getTime() >= TOLD_EVERY_MS;
  if (counted.hasEnded || isOld) await tellImport(transaction, companyId, importId);
}

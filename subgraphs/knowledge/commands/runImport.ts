import type { Database, WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { queuePages } from './queuePages.ts';
import { tellImport } from './tellImport.ts';

const actor = { kind: 'system' } as const;
/** Rows of one transaction. */
const BATCH = 100;

/** What was found at a sitemap's address. */
export type Found =
  | { readonly urls: readonly string[]; readonly refreshHours: number | null }
  | { readonly reason: string };

/**
 * Lets the pages of a sitemap be read, or writes down why there are none. Doing it again, when somebody died of it, adds what is
 * missing.
 */
export async function runImport(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  id: string,
  found: Found,
): Promise<void> {
  if ('reason' in found) {
    await database.write(companyId, async (transaction) => {
      await transaction.sql`
        update knowledge.document_imports set status = 'FAILED', error = ${found.reason}, ended_at = now()
        where company_id = ${companyId} and id = ${id} and status = 'READING'`;
      await tellImport(transaction, companyId, id);
    });
    return;
  }
  const { urls, refreshHours } = found;
  for (let from = 0; from < urls.length; from += BATCH) {
    const pages = { urls: urls.slice(from, from + BATCH), refreshHours, title: null, source: null, importId: id };
    await database.write(companyId, (transaction) => queuePages(transaction, companyId, actor, pages));
  }
  await database.write(companyId, (transaction) => begin(transaction, companyId, id));
}

/** From here on it ends with the last of its documents; some may have ended already, or wait for another import. */
async function begin(
  transaction: WriteTransaction<SwitchboardCatalogue>,
  companyId: string,
  id: string,
): Promise<void> {
  const { sql } = transaction;
  // Held first: what ends meanwhile is counted behind this.
  await sql`select from knowledge.document_imports where company_id = ${companyId} and id = ${id} for update`;
  await sql`
    update knowledge.document_imports i set total = i.done_count + left_over.count,
      status = case when left_over.count = 0 then 'DONE' else 'RUNNING' end,
      ended_at = case when left_over.count = 0 then now() end
    from (select count(*)::int from knowledge.documents
          where company_id = ${companyId} and import_id = ${id} and import_waits) left_over
    where i.company_id = ${companyId} and i.id = ${id} and i.status = 'READING'`;
  await tellImport(transaction, companyId, id);
}

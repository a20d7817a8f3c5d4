import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { hashOf } from '../embedding/cache/vectors.ts';

/** Forgets what was embedded of a document's passages, whatever the model. */
export async function forgetVectorsOf(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  documentId: string,
): Promise<void> {
  await database.write(companyId, async ({ sql }) => {
    await sql`delete from knowledge.embeddings where company_id = ${companyId} and document_id = ${documentId}`;
  });
}

/** Forgets what these texts were embedded as, in a transaction of the caller's. */
export async function forgetVectors(sql: Sql, companyId: string, texts: readonly string[]): Promise<void> {
  const hashes = texts.map(hashOf);
  await sql`delete from knowledge.embeddings where company_id = ${companyId} and text_hash = any(${hashes}::text[])`;
}

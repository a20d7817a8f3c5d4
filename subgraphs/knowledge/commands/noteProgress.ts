import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DocumentProgress } from '../entities/document.ts';

/** Writes down and tells how far a version of a document is, for as long as it waits to be found. */
export async function noteProgress(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  { id, version }: { readonly id: string; readonly version: number },
  progress: DocumentProgress,
): Promise<void> {
  await database.write(companyId, async ({ sql, publish }) => {
    const [noted] = await sql`
      update knowledge.documents set progress = ${JSON.stringify(progress)}::jsonb
      where company_id = ${companyId} and id = ${id} and version = ${version} and status = 'QUEUED'
      returning id`;
    if (!noted) return;
    const data = { documentId: id, documentVersion: version, ...progress };
    publish({ type: 'knowledge.document.progressed', actor: { kind: 'system' }, data });
  });
}

import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ImportStatus } from '../rows.ts';

/** Tells how far an import is. */
export async function tellImport(
  { sql, publish }: Pick<WriteTransaction<SwitchboardCatalogue>, 'sql' | 'publish'>,
  companyId: string,
  importId: string,
): Promise<void> {
  const [told] = await sql<{ status: ImportStatus; total: number | null; doneCount: number; failedCount: number }>`
    update knowledge.document_imports set told_at = now()
    where company_id = ${companyId} and id = ${importId}
    returning status, total, done_count as "doneCount", failed_count as "failedCount"`;
  if (!told) return;
  publish({
    type: 'knowledge.document.import_progressed',
    actor: { kind: 'system' },
    data: { importId, ...told },
  });
}

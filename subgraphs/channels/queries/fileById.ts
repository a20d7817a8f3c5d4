import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

export interface FileRow {
  readonly name: string | null;
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
}

/** What is kept under an id; undefined when the company has no such file. */
export async function fileById(
  database: Database<SwitchboardCatalogue>,
  { companyId, id }: { readonly companyId: string; readonly id: string },
): Promise<FileRow | undefined> {
  const session = database.session(companyId);
  try {
    const [row] = await session.read(
      (sql) => sql<FileRow>`
        select name, mime_type as "mimeType", size::float8 as size
        from channels.files where company_id = ${companyId} and id = ${id}`,
    );
    return row;
  } finally {
    await session.close();
  }
}

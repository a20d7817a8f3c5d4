import type { Sql } from '#platform/postgres/sql.ts';
import type { FileRow } from './fileById.ts';

/** Those of the files that came in by this channel. */
export async function filesOfChannel(
  sql: Sql,
  { companyId, channelId }: { readonly companyId: string; readonly channelId: string },
  ids: readonly string[],
): Promise<(FileRow & { readonly id: string })[]> {
  return sql<FileRow & { id: string }>`
    select id, name, mime_type as "mimeType", size::float8 as size from channels.files
    where company_id = ${companyId} and channel_id = ${channelId} and id = any(${ids}::uuid[])`;
}

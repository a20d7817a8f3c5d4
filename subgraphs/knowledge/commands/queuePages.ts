import { v7 } from 'uuid';
import type { Actor } from '#platform/events/catalogue.ts';
import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { MAX_TITLE, pageHashOf } from './documentContent.ts';

/** Pages that are to be read, and as what. */
export interface PagesToRead {
  readonly urls: readonly string[];
  readonly refreshHours: number | null;
  /** Of a page that is new, until it says its own; null: its address. */
  readonly title: string | null;
  readonly source: string | null;
  /** That waits for them. */
  readonly importId: string | null;
}

/** What a page is called that has not said yet what it calls itself. */
export function titleOfAddress(url: string): string {
  return url.slice(0, MAX_TITLE);
}

/**
 * Lets pages be read at their addresses, as documents of the company. A page that is a document already is read anew; one that
 * waits for that goes on waiting, for whom it waits for.
 */
export async function queuePages(
  { sql, publish }: WriteTransaction<SwitchboardCatalogue>,
  companyId: string,
  actor: Actor,
  { urls, refreshHours, title, source, importId }: PagesToRead,
): Promise<void> {
  const pages = urls.map((url) => {
    const shown = title ?? titleOfAddress(url);
    const { host } = new URL(url);
    return { id: v7(), url, host, title: shown, source: source ?? url, content_hash: pageHashOf(url) };
  });
  const queued = await sql<{ id: string; version: number; isNew: boolean }>`
    insert into knowledge.documents as d (company_id, id, title, text, format, source, url, host, file, content_hash,
      refresh_hours, read_at, import_id, import_waits)
    select ${companyId}, page.id, page.title, '', 'HTML', page.source, page.url, page.host,
      jsonb_build_object('url', page.url), page.content_hash, ${refreshHours}::int, now(), ${importId}::uuid,
      ${importId}::uuid is not null
    from jsonb_to_recordset(${JSON.stringify(pages)}::jsonb)
      as page (id uuid, title text, source text, url text, host text, content_hash text)
    on conflict (company_id, content_hash) do update set status = 'QUEUED', error = null, file = excluded.file,
      refresh_hours = excluded.refresh_hours, read_at = now(), read_tries = 0, updated_at = now(),
      import_id = coalesce(excluded.import_id, d.import_id), import_waits = excluded.import_waits
    where d.status <> 'QUEUED' and (d.import_id is distinct from excluded.import_id or excluded.import_id is null)
    returning id, version, xmax = 0 as "isNew"`;
  for (const { id: documentId, version: documentVersion, isNew } of queued) {
    if (isNew) publish({ type: 'knowledge.document.added', actor, data: { documentId } });
    else {
      const data = { documentId, documentVersion, stage: 'WAITING', done: 0, total: null } as const;
      publish({ type: 'knowledge.document.progressed', actor, data });
    }
  }
}

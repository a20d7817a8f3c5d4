import { z } from 'zod';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { DocumentStatus, SourceFile } from '../entities/document.ts';
import type { Format } from '../text/blocks.ts';
import { documentColumns, type DocumentRow } from '../rows.ts';

const cursorModel = z.tuple([z.guid()]);

export function cursorOf({ id }: DocumentRow): string {
  return encodeCursor([id]);
}

/** Which of the company's documents; undefined or null: any. */
export interface DocumentFilter {
  readonly importId?: string | null | undefined;
  readonly status?: DocumentStatus | null | undefined;
}

/** A page and one row more, the newest first: ids count up with time. */
export async function documentPage(
  sql: Sql,
  companyId: string,
  { importId, status }: DocumentFilter,
  { limit, cursor }: PageRequest,
): Promise<DocumentRow[]> {
  if (importId != null && !z.guid().safeParse(importId).success) return [];
  const imported = importId == null ? fragment`` : fragment`and import_id = ${importId}::uuid`;
  const such = status == null ? fragment`` : fragment`and status = ${status}`;
  const beyond = cursor === undefined ? fragment`` : fragment`and id < ${decodeCursor(cursor, cursorModel)[0]}::uuid`;
  return sql<DocumentRow>`
    select ${documentColumns} from knowledge.documents
    where company_id = ${companyId} ${imported} ${such} ${beyond}
    order by id desc
    limit ${limit + 1}`;
}

export function documentsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<DocumentRow[]> {
  return sql<DocumentRow>`
    select ${documentColumns} from knowledge.documents
    where company_id = ${companyId} and id = any(${ids}::uuid[])`;
}

/** A document as the index needs it. */
export interface DocumentSource {
  readonly title: string;
  readonly text: string;
  readonly format: Format;
  /** What the text has still to be read from. */
  readonly file: SourceFile | null;
  readonly version: number;
}

/** What waits to be indexed; undefined when it is done, failed or not there. */
export async function queuedDocument(sql: Sql, companyId: string, id: string): Promise<DocumentSource | undefined> {
  const [document] = await sql<DocumentSource>`
    select title, text, format, file, version from knowledge.documents
    where company_id = ${companyId} and id = ${id} and status = 'QUEUED'`;
  return document;
}

/** A document that stands at an address, as its reader needs it. */
export interface PageToRead {
  readonly id: string;
  readonly version: number;
  readonly url: string;
  readonly title: string;
}

export async function pageToRead(sql: Sql, companyId: string, id: string): Promise<PageToRead | undefined> {
  const [page] = await sql<PageToRead>`
    select id, version, url, title from knowledge.documents
    where company_id = ${companyId} and id = ${id} and url is not null`;
  return page;
}

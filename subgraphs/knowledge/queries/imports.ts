import { z } from 'zod';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { importColumns, type ImportRow } from '../rows.ts';

const cursorModel = z.tuple([z.guid()]);

export function importCursorOf({ id }: ImportRow): string {
  return encodeCursor([id]);
}

/** A page and one row more, the newest first: ids count up with time. */
export function importPage(sql: Sql, companyId: string, { limit, cursor }: PageRequest): Promise<ImportRow[]> {
  const beyond = cursor === undefined ? fragment`` : fragment`and id < ${decodeCursor(cursor, cursorModel)[0]}::uuid`;
  return sql<ImportRow>`
    select ${importColumns} from knowledge.document_imports
    where company_id = ${companyId} ${beyond}
    order by id desc
    limit ${limit + 1}`;
}

export function importsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<ImportRow[]> {
  return sql<ImportRow>`
    select ${importColumns} from knowledge.document_imports
    where company_id = ${companyId} and id = any(${ids}::uuid[])`;
}

export async function importById(sql: Sql, companyId: string, id: string): Promise<ImportRow | null> {
  const [found] = await importsByIds(sql, companyId, [id]);
  return found ?? null;
}

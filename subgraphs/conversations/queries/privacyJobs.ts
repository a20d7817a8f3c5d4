import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { PrivacyJobRow } from '../rows.ts';
import { keyset } from './keyset.ts';

const columns = fragment`
  j.id, j.kind, j.status, j.contact_id as "contactId", j.requested_by as "requestedBy",
  j.requested_at as "requestedAt", j.finished_at as "finishedAt", j.file_key as "fileKey", j.file_size::float8 as size,
  j.expires_at as "expiresAt"`;

/** A page of what was asked for and one row more, newest first when read forward. */
export async function privacyJobPage(sql: Sql, companyId: string, page: PageRequest): Promise<PrivacyJobRow[]> {
  const { beyondCursor, order, limit } = keyset(
    { at: fragment`j.requested_at`, id: fragment`j.id` },
    page,
    'descending',
  );
  return sql<PrivacyJobRow>`
    select ${columns} from conversations.privacy_jobs j
    where j.company_id = ${companyId} ${beyondCursor} order by ${order} limit ${limit}`;
}

export async function privacyJobsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<PrivacyJobRow[]> {
  return sql<PrivacyJobRow>`
    select ${columns} from conversations.privacy_jobs j
    where j.company_id = ${companyId} and j.id = any(${ids}::uuid[])`;
}

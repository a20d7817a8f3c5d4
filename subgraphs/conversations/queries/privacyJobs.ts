import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { ErasureReportRow, PrivacyJobRow } from '../rows.ts';
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

/** What each context has said, put together. */
export async function reportsOfJobs(
  sql: Sql,
  companyId: string,
  jobIds: readonly string[],
): Promise<ErasureReportRow[]> {
  return sql<ErasureReportRow>`
    with report as (
      select * from conversations.erasure_reports where company_id = ${companyId} and job_id = any(${jobIds}::uuid[])
    ), summed as (
      select r.job_id, r.context, c.key, sum(c.value::float8) as total
      from report r, jsonb_each_text(r.counts) c group by r.job_id, r.context, c.key
    )
    select r.job_id as "jobId", r.context, max(r.reported_at) filter (where r.last) as "completedAt", (
      select coalesce(jsonb_object_agg(s.key, s.total), '{}') from summed s
      where s.job_id = r.job_id and s.context = r.context
    ) as counts
    from report r group by r.job_id, r.context order by r.context`;
}

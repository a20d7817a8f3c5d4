import { z } from 'zod';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { BulkJobRow, BulkResultRow } from '../rows.ts';
import { keyset } from './keyset.ts';
import type { Viewer } from './viewer.ts';

const columns = fragment`j.id, j.status, j.total, j.done_count as "doneCount", j.failed_count as "failedCount",
  j.created_at as "createdAt", j.finished_at as "finishedAt"`;
const begun = { at: fragment`j.created_at`, id: fragment`j.id` };
const cursorSchema = z.tuple([z.int().nonnegative()]);

/** Those of them that the viewer began: a job is nobody else's. */
export async function bulkJobsByIds(
  sql: Sql,
  { companyId, agentId }: Viewer,
  ids: readonly string[],
): Promise<BulkJobRow[]> {
  return sql<BulkJobRow>`
    select ${columns} from conversations.bulk_jobs j
    where j.company_id = ${companyId} and j.agent_id = ${agentId}::uuid and j.id = any(${ids}::uuid[])`;
}

/** The viewer's own, newest first when read forward, and one row more. */
export async function bulkJobPage(sql: Sql, { companyId, agentId }: Viewer, page: PageRequest): Promise<BulkJobRow[]> {
  const { beyondCursor, order, limit } = keyset(begun, page, 'descending');
  return sql<BulkJobRow>`
    select ${columns} from conversations.bulk_jobs j
    where j.company_id = ${companyId} and j.agent_id = ${agentId}::uuid ${beyondCursor}
    order by ${order} limit ${limit}`;
}

/** The same page of what came of each conversation, and one row more, for each of several jobs; in the order of asking. */
export async function bulkResultPages(
  sql: Sql,
  companyId: string,
  jobIds: readonly string[],
  page: PageRequest,
): Promise<BulkResultRow[]> {
  const forward = page.direction === 'forward';
  const beyond = page.cursor === undefined ? undefined : decodeCursor(page.cursor, cursorSchema)[0];
  const operator = forward ? fragment`>` : fragment`<`;
  return sql<BulkResultRow>`
    select i.* from unnest(${jobIds}::uuid[]) as job (id)
    cross join lateral (
      select i.job_id as "jobId", i.position, i.conversation_id as "conversationId", i.status,
        i.user_errors as "userErrors"
      from conversations.bulk_job_items i
      where i.company_id = ${companyId} and i.job_id = job.id
        ${beyond === undefined ? fragment`` : fragment`and i.position ${operator} ${beyond}::int`}
      order by i.position ${forward ? fragment`` : fragment`desc`} limit ${page.limit + 1}
    ) i`;
}

export function bulkResultCursor({ position }: BulkResultRow): string {
  return encodeCursor([position]);
}

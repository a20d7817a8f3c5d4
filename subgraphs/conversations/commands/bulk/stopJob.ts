import type { BulkProgress } from '#schema/events/conversations.ts';
import type { Transaction } from '../../facts.ts';
import { tellProgress } from './tellProgress.ts';

/** The job before its conversations, as whoever works on it takes them: the one that is under way is finished first. @returns Whether it went on until then. */
export async function stopJob(
  transaction: Transaction,
  { companyId, id }: { readonly companyId: string; readonly id: string },
): Promise<boolean> {
  const { sql } = transaction;
  const [stopped] = await sql<BulkProgress>`
    update conversations.bulk_jobs set status = 'CANCELLED', finished_at = now()
    where company_id = ${companyId} and id = ${id} and finished_at is null
    returning id as "jobId", agent_id as "agentId", status, total, done_count as "doneCount",
      failed_count as "failedCount"`;
  if (!stopped) return false;
  await sql`
    update conversations.bulk_job_items set status = 'CANCELLED'
    where company_id = ${companyId} and job_id = ${id} and status = 'WAITING'`;
  tellProgress(transaction, stopped);
  return true;
}

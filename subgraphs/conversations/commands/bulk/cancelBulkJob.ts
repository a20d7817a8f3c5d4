import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../../ids.ts';
import { refuse, writeAsAgent, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { stopJob } from './stopJob.ts';

/** What is done stays done; what waits is left as it is. A job that is over is not changed any more. */
export async function cancelBulkJob(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { jobId }: { readonly jobId: string },
): Promise<Outcome<{ jobId: string }>> {
  return writeAsAgent(database, identity, 'conversations:changeMany', async (transaction) => {
    const { sql, companyId, agentId } = transaction;
    const [job] = isId(jobId)
      ? await sql<{ id: string }>`
          select id from conversations.bulk_jobs
          where company_id = ${companyId} and id = ${jobId} and agent_id = ${agentId}`
      : [];
    if (!job) return refuse('NOT_FOUND', 'You have no such job.', 'jobId');
    if (await stopJob(transaction, { companyId, id: job.id })) {
      await audit(transaction, { action: 'bulkJob.cancelled', subject: { kind: 'bulkJob', id: job.id } });
    }
    return { jobId: job.id };
  });
}

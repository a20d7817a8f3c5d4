import type { Transaction } from '../facts.ts';

/** Who has to say that nothing is left before an erasure is done. */
export const erasingContexts = ['conversations', 'channels', 'analytics', 'knowledge'] as const;

/** Enters what a context erased of a part, once; with the last answer of the last context the job is done. */
export async function reportErased(
  { sql }: Pick<Transaction, 'sql'>,
  report: {
    readonly companyId: string;
    readonly jobId: string;
    readonly partId: string;
    readonly context: (typeof erasingContexts)[number];
    readonly counts: Readonly<Record<string, number>>;
    readonly last: boolean;
  },
): Promise<void> {
  const { companyId, jobId, partId, context, counts, last } = report;
  // Held first, so that of two last answers at once the later one sees the other.
  await sql`
    select id from conversations.privacy_jobs where company_id = ${companyId} and id = ${jobId} for no key update`;
  await sql`
    insert into conversations.erasure_reports (company_id, job_id, context, part_id, counts, last)
    values (${companyId}, ${jobId}, ${context}, ${partId}, ${JSON.stringify(counts)}::jsonb, ${last})
    on conflict (company_id, job_id, context, part_id) do nothing`;
  if (!last) return;
  await sql`
    update conversations.privacy_jobs set status = 'DONE', finished_at = now()
    where company_id = ${companyId} and id = ${jobId} and status = 'RUNNING' and (
      select count(distinct context) from conversations.erasure_reports
      where company_id = ${companyId} and job_id = ${jobId} and last
    ) = ${erasingContexts.length}`;
}

import type { Sql } from '#platform/postgres/sql.ts';

/** Lets what waits for a channel be looked at again. In the transaction that changes the channel, so that it finds it changed. */
export async function resumeQueues(sql: Sql, companyId: string, channelId: string): Promise<void> {
  // A worker that still saw the channel paused may be about to let its queue wait: the lock waits for that, and the
  // statement after it sees it.
  await sql`
    select 1 as locked from channels.delivery_queues
    where company_id = ${companyId} and channel_id = ${channelId} for update`;
  await sql`
    update channels.delivery_queues set due_at = now()
    where company_id = ${companyId} and channel_id = ${channelId} and due_at = 'infinity'`;
}

import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

/** How long a queue belongs to the worker that took it. Short: the answer may be lost, and then nobody knows of it. */
const LEASE_MS = 10_000;
/** And how long from a claim on: far longer than a send, so that nobody takes it from one who is still sending. */
const SENDING_LEASE_MS = 60_000;

/** A conversation's queue, for a worker to send from. */
export interface Lease {
  readonly companyId: string;
  readonly conversationId: string;
  readonly channelId: string;
  /** The run of the process. */
  readonly worker: string;
}

/**
 * Takes queues that are due, those that have waited longest first.
 *
 * @param options.busy Channels to leave out: they have enough of the places.
 */
export async function leaseQueues(
  database: Pick<Database<SwitchboardCatalogue>, 'across'>,
  worker: string,
  { most, busy }: { readonly most: number; readonly busy: readonly string[] },
): Promise<Lease[]> {
  const leased = await database.across<Omit<Lease, 'worker'>>`
    select company_id as "companyId", conversation_id as "conversationId", channel_id as "channelId"
    from channels.lease_queues(${worker}, ${most}, ${LEASE_MS} * interval '1 millisecond', ${busy}::uuid[])`;
  return leased.map((queue) => ({ ...queue, worker }));
}

/** Locks the queue until the end of the transaction; says whether it is still the worker's. */
export async function lockQueue(sql: Sql, { companyId, conversationId, worker }: Lease): Promise<boolean> {
  const [queue] = await sql<{ leasedBy: string | null }>`
    select leased_by as "leasedBy" from channels.delivery_queues
    where company_id = ${companyId} and conversation_id = ${conversationId} for update`;
  return queue?.leasedBy === worker;
}

/**
 * Locks the queue after a send, and says whether it is still the worker's: then for as long as a lease lasts, so that
 * the rest of it does not wait for the end of a send that is over, should the worker die now.
 */
export async function keepQueue(sql: Sql, { companyId, conversationId, worker }: Lease): Promise<boolean> {
  const [queue] = await sql<{ leasedBy: string | null }>`
    update channels.delivery_queues
    set due_at = case when leased_by = ${worker} then now() + ${LEASE_MS} * interval '1 millisecond' else due_at end
    where company_id = ${companyId} and conversation_id = ${conversationId}
    returning leased_by as "leasedBy"`;
  return queue?.leasedBy === worker;
}

/** Keeps the queue for a send, and locks it until the end of the transaction; says whether it is still the worker's. */
export async function renewLease(sql: Sql, { companyId, conversationId, worker }: Lease): Promise<boolean> {
  const renewed = await sql`
    update channels.delivery_queues set due_at = now() + ${SENDING_LEASE_MS} * interval '1 millisecond'
    where company_id = ${companyId} and conversation_id = ${conversationId} and leased_by = ${worker}
    returning 1 as done`;
  return renewed.length > 0;
}

/** Gives the queue back, to fall due again after `waitMs`. */
export async function releaseQueue(sql: Sql, { companyId, conversationId }: Lease, waitMs: number): Promise<void> {
  // The column keeps milliseconds and would round up: who looks for queues at once would find this one not yet due.
  await sql`
    update channels.delivery_queues
    set due_at = date_trunc('milliseconds', clock_timestamp()) + ${waitMs} * interval '1 millisecond', leased_by = null
    where company_id = ${companyId} and conversation_id = ${conversationId}`;
}

/** Gives the queue back until its channel is resumed. */
export async function parkQueue(sql: Sql, { companyId, conversationId }: Lease): Promise<void> {
  await sql`
    update channels.delivery_queues set due_at = 'infinity', leased_by = null
    where company_id = ${companyId} and conversation_id = ${conversationId}`;
}

/** @returns False when there is something to be changed in the conversation: then the queue stays. */
export async function removeQueue(sql: Sql, { companyId, conversationId }: Lease): Promise<boolean> {
  const removed = await sql`
    delete from channels.delivery_queues
    where company_id = ${companyId} and conversation_id = ${conversationId} and not exists (
      select from channels.revisions
      where company_id = ${companyId} and conversation_id = ${conversationId} and status = 'WAITING'
    ) returning 1 as done`;
  return removed.length > 0;
}

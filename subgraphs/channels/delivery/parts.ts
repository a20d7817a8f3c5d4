import { fragment, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import { notDelivered } from './failures.ts';

/** Names one part of one message. */
export interface PartKey {
  readonly companyId: string;
  readonly channelId: string;
  readonly messageId: string;
  readonly part: number;
}

export type ReceiptStatus = 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';

/**
 * Held to the end of the transaction by who learns a message's id and by who has a receipt for one: without it each could
 * miss what the other is about to write. In the order of the ids, so that nobody waits in a circle.
 */
export async function lockExternalIds(sql: Sql, channelId: string, externalIds: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${channelId} || ':' || id, 0))
    from (select distinct id from unnest(${externalIds}::text[]) as given (id) order by id) ids`;
}

/** Locks, in the place of an id, what is said of a whole thread. */
export function threadLock(threadExternalId: string): string {
  return `thread:${threadExternalId}`;
}

/** For who learns the id of a part: the id and the thread. */
async function lockPart(
  sql: Sql,
  { companyId, channelId, messageId, part }: PartKey,
  externalId: string,
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${channelId} || ':' || id, 0))
    from (
      select ${externalId}::text as id
      union select 'thread:' || thread_external_id from channels.delivery_parts
      where company_id = ${companyId} and message_id = ${messageId} and part = ${part}
      order by id
    ) ids`;
}

/**
 * The platform has a part, under this id. Whoever learns it second changes nothing: the answer to the send, an echo and a
 * status may come in any order.
 *
 * @returns How the platform's early receipts say that it failed, if they do. Settle the delivery afterwards.
 */
export async function markPartSent(sql: Sql, key: PartKey, externalId: string): Promise<DeliveryFailure | null> {
  const { companyId, channelId, messageId, part } = key;
  await lockPart(sql, key, externalId);
  // An echo that was not recognised as ours holds the id already, as a message of its own: it keeps it.
  const [marked] = await sql<{ early: readonly EarlyReceipt[] }>`
    with marked as (
      update channels.delivery_parts p set status = 'SENT', external_id = case when not exists (
        select from channels.delivery_parts other
        where other.company_id = ${companyId} and other.channel_id = ${channelId} and other.external_id = ${externalId}
      ) then ${externalId} end
      where company_id = ${companyId} and message_id = ${messageId} and part = ${part}
        and status in ('SENDING', 'UNCONFIRMED')
      returning thread_external_id, sent_at
    ), moved_on as (
      update channels.deliveries set
        external_message_id = coalesce(external_message_id, ${externalId}),
        status = case when status in ('SENDING', 'UNCONFIRMED') then 'WAITING' else status end,
        attempts = 0, updated_at = now()
      where company_id = ${companyId} and message_id = ${messageId} and exists (select from marked)
    ), early as (
      delete from channels.early_receipts
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
        and exists (select from marked)
      returning status, failure
    ), sent as (table marked), said as (table early union all ${seenOf(key)})
    select coalesce((select jsonb_agg(said) from said), '[]') as early
    from marked`;
  return marked ? raiseByEarly(sql, { companyId, channelId, externalId }, marked.early) : null;
}

/** What the thread says of a part that is called `sent`: the person may have seen it before it was recorded here. */
function seenOf({ companyId, channelId }: Pick<PartKey, 'companyId' | 'channelId'>): Fragment {
  return fragment`
    select case when t.read_up_to >= sent.sent_at then 'READ' else 'DELIVERED' end, null::jsonb
    from sent join channels.threads t on t.company_id = ${companyId} and t.channel_id = ${channelId}
      and t.thread_external_id = sent.thread_external_id
    where greatest(t.read_up_to, t.delivered_up_to) >= sent.sent_at`;
}

interface MessageKey {
  readonly companyId: string;
  readonly channelId: string;
  readonly externalId: string;
}

interface EarlyReceipt {
  readonly status: ReceiptStatus;
  readonly failure: DeliveryFailure | null;
}

/** Applies what the platform said of a message before its id was known here. */
export async function applyEarlyReceipts(sql: Sql, message: MessageKey): Promise<DeliveryFailure | null> {
  const { companyId, channelId, externalId } = message;
  const early = await sql<EarlyReceipt>`
    with early as (
      delete from channels.early_receipts
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
      returning status, failure
    ), sent as (
      select thread_external_id, sent_at from channels.delivery_parts
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}
    )
    table early union all ${seenOf({ companyId, channelId })}`;
  return raiseByEarly(sql, message, early);
}

async function raiseByEarly(
  sql: Sql,
  { companyId, channelId, externalId }: MessageKey,
  early: readonly EarlyReceipt[],
): Promise<DeliveryFailure | null> {
  const said = new Set(early.map(({ status }) => status));
  for (const status of ['DELIVERED', 'READ', 'FAILED'] as const) {
    if (said.has(status)) await raiseParts(sql, { companyId, channelId, externalIds: [externalId] }, status);
  }
  const failed = early.find(({ status }) => status === 'FAILED');
  return failed ? (failed.failure ?? notDelivered) : null;
}

/** Which statuses a receipt moves on. Nothing goes back, and what has arrived has not failed. */
const movedBy: Readonly<Record<ReceiptStatus, readonly string[]>> = {
  SENT: [],
  DELIVERED: ['SENT'],
  READ: ['SENT', 'DELIVERED'],
  FAILED: ['SENT'],
};

/** @returns The messages of the parts that were moved on, in a fixed order. */
export async function raiseParts(
  sql: Sql,
  of: { readonly companyId: string; readonly channelId: string; readonly externalIds: readonly string[] },
  status: ReceiptStatus,
): Promise<string[]> {
  const moved = await sql<{ messageId: string }>`
    update channels.delivery_parts set status = ${status}
    where company_id = ${of.companyId} and channel_id = ${of.channelId}
      and external_id = any(${of.externalIds}::text[]) and status = any(${movedBy[status]}::text[])
    returning message_id as "messageId"`;
  return [...new Set(moved.map(({ messageId }) => messageId))].toSorted();
}

/** The same for all that the thread got up to a time. */
export async function raisePartsUpTo(
  sql: Sql,
  of: {
    readonly companyId: string;
    readonly channelId: string;
    readonly threadExternalId: string;
    readonly upTo: string;
  },
  status: ReceiptStatus,
): Promise<string[]> {
  // The second condition on the status is that of the index.
  const moved = await sql<{ messageId: string }>`
    update channels.delivery_parts set status = ${status}
    where company_id = ${of.companyId} and channel_id = ${of.channelId}
      and thread_external_id = ${of.threadExternalId} and sent_at <= ${of.upTo}
      and status = any(${movedBy[status]}::text[]) and status in ('SENT', 'DELIVERED')
    returning message_id as "messageId"`;
  return [...new Set(moved.map(({ messageId }) => messageId))].toSorted();
}

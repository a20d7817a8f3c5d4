import type { Sql } from '#platform/postgres/sql.ts';
import type { DeliveryFailure } from '#schema/events/values.ts';
import { markPartSent, type PartKey } from '../delivery/parts.ts';
import { settleDelivery, type Transaction } from '../delivery/settle.ts';
import { readPartReference } from '../platforms/outbound.ts';

/** The company's side of a thread as the platform repeats it. */
export interface Echo {
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly externalMessageId: string;
  readonly reference: string | null;
  readonly text: string | null;
  /** RFC 3339, the platform's time. */
  readonly sentAt: string;
}

/** The platform's clock and ours, and what lies between our claim and its sending. */
const CLOCKS_DIFFER_BY = '10 seconds';
const SENT_AFTER_CLAIM_BY = '1 minute';

/**
 * Finds the send that an echo is of: by what we gave along, by an id that is known already, or else the oldest one in the
 * thread without an answer that says the same. That part has then been sent, whatever became of its answer.
 *
 * @returns False when it is none of ours: somebody wrote past the inbox.
 */
export async function confirmEcho(transaction: Transaction, companyId: string, echo: Echo): Promise<boolean> {
  const { sql } = transaction;
  const part =
    (await partByReference(sql, companyId, echo)) ??
    (await partByExternalId(sql, companyId, echo)) ??
    (await partByText(sql, companyId, echo));
  if (!part) return false;
  const failure = await confirmPart(sql, part, echo);
  await settleDelivery(transaction, companyId, part.messageId, failure);
  return true;
}

/**
 * The platform has told that it has a part: its queue need not wait for that any longer.
 *
 * @returns How early receipts say that it failed, if they do. Settle the delivery afterwards.
 */
export async function confirmPart(
  sql: Sql,
  part: PartKey,
  { threadExternalId, externalMessageId }: Pick<Echo, 'threadExternalId' | 'externalMessageId'>,
): Promise<DeliveryFailure | null> {
  const { companyId, messageId } = part;
  await sql`
    select 1 as locked from channels.delivery_queues q
    join channels.deliveries d on d.company_id = q.company_id and d.conversation_id = q.conversation_id
    where d.company_id = ${companyId} and d.message_id = ${messageId} for update of q`;
  await sql`
    update channels.delivery_queues q set due_at = now() from channels.deliveries d
    where d.company_id = ${companyId} and d.message_id = ${messageId} and d.status = 'UNCONFIRMED'
      and q.company_id = d.company_id and q.conversation_id = d.conversation_id
      and q.leased_by is null and q.due_at < 'infinity'`;
  // Sent without a row: an agent had it sent again, and this is the answer to the first try.
  await sql`
    insert into channels.delivery_parts
      (company_id, message_id, part, channel_id, thread_external_id, status, sent_at)
    values (${companyId}, ${messageId}, ${part.part}, ${part.channelId}, ${threadExternalId}, 'SENDING', now())
    on conflict do nothing`;
  return markPartSent(sql, part, externalMessageId);
}

/** The part that a reference of ours names, when the message went out by this channel. */
export async function partByReference(
  sql: Sql,
  companyId: string,
  { channelId, reference }: Pick<Echo, 'channelId' | 'reference'>,
): Promise<PartKey | undefined> {
  const named = readPartReference(reference);
  if (!named) return undefined;
  const known = await sql`
    select 1 as known from channels.deliveries
    where company_id = ${companyId} and message_id = ${named.messageId} and channel_id = ${channelId}`;
  return known.length > 0 ? { companyId, channelId, ...named } : undefined;
}

async function partByExternalId(
  sql: Sql,
  companyId: string,
  { channelId, externalMessageId }: Echo,
): Promise<PartKey | undefined> {
  const [part] = await sql<{ messageId: string; part: number }>`
    select message_id as "messageId", part from channels.delivery_parts
    where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalMessageId}`;
  return part && { companyId, channelId, ...part };
}

async function partByText(sql: Sql, companyId: string, echo: Echo): Promise<PartKey | undefined> {
  const { channelId, threadExternalId, text, sentAt } = echo;
  const [part] = await sql<{ messageId: string; part: number }>`
    select message_id as "messageId", part from channels.delivery_parts
    where company_id = ${companyId} and channel_id = ${channelId} and thread_external_id = ${threadExternalId}
      and status in ('SENDING', 'UNCONFIRMED') and btrim(text) is not distinct from btrim(${text})
      and sent_at between ${sentAt}::timestamptz - ${SENT_AFTER_CLAIM_BY}::interval
        and ${sentAt}::timestamptz + ${CLOCKS_DIFFER_BY}::interval
    order by sent_at limit 1`;
  return part && { companyId, channelId, ...part };
}

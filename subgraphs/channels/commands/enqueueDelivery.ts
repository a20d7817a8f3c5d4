import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { DeliveryPayload } from '../delivery/payload.ts';

type MessageEvent = EventOf<SwitchboardCatalogue, 'conversation.message.created' | 'conversation.message.retried'>;

/** A message that has to go out, as its event says it. */
export interface NewDelivery {
  readonly companyId: string;
  readonly messageId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly threadExternalId: string;
  readonly payload: DeliveryPayload;
  /** The message's own time: a conversation's messages go out by it. */
  readonly createdAt: string;
}

/** Undefined when there is nothing to send: a note, or what did not come from the inbox. */
export function newDelivery({ companyId, data }: MessageEvent): NewDelivery | undefined {
  const { conversation, message, delivery } = data;
  const { authorKind } = message;
  if (!delivery || message.direction !== 'OUTBOUND' || message.isPrivate) return undefined;
  if (authorKind === 'CONTACT' || authorKind === 'CHANNEL') return undefined;
  const { threadExternalId, replyToExternalId } = delivery;
  return {
    companyId,
    messageId: message.id,
    channelId: conversation.channelId,
    conversationId: conversation.id,
    threadExternalId,
    payload: { text: message.text, attachments: message.attachments, replyToExternalId, authorKind },
    createdAt: message.createdAt,
  };
}

/** Puts a message at the end of its conversation's queue. Repeating it changes nothing. */
export function enqueueDelivery(database: Database<SwitchboardCatalogue>, delivery: NewDelivery): Promise<void> {
  return database.write(delivery.companyId, async ({ sql }) => {
    const { companyId, messageId, channelId, conversationId, threadExternalId, payload, createdAt } = delivery;
    const [added] = await sql<{ status: string; sentParts: number }>`
      insert into channels.deliveries as d (company_id, message_id, channel_id, conversation_id, thread_external_id,
        status, payload, created_at)
      values (${companyId}, ${messageId}, ${channelId}, ${conversationId}, ${threadExternalId},
        'WAITING', ${JSON.stringify(payload)}::jsonb, ${createdAt})
      on conflict (company_id, message_id) do update
        set payload = excluded.payload, thread_external_id = excluded.thread_external_id, created_at = excluded.created_at
        where d.payload is null and d.status in ('WAITING', 'SENDING')
      returning status, sent_parts as "sentParts"`;
    if (!added) return;
    if (added.status === 'SENDING' || added.sentParts > 0) await takeOverParts(sql, delivery, added);
    await makeDue(sql, delivery);
  });
}

/**
 * An agent wants a failed message to be sent once more. What of it the platform has is not sent again; what may or may not
 * have arrived is.
 *
 * @param retriedAt Of the event: the wish counts once, however often it is told.
 */
export function retryDelivery(
  database: Database<SwitchboardCatalogue>,
  delivery: NewDelivery,
  retriedAt: string,
): Promise<void> {
  return database.write(delivery.companyId, async ({ sql }) => {
    const { companyId, messageId, payload } = delivery;
    const retried = await sql`
      update channels.deliveries
      set status = 'WAITING', attempts = 0, failure = null, retried_at = ${retriedAt},
        thread_external_id = ${delivery.threadExternalId}, payload = ${JSON.stringify(payload)}::jsonb, updated_at = now()
      where company_id = ${companyId} and message_id = ${messageId} and status = 'FAILED'
        and (retried_at is null or retried_at < ${retriedAt})
      returning 1 as done`;
    if (retried.length === 0) return;
    await sql`
      delete from channels.delivery_parts
      where company_id = ${companyId} and message_id = ${messageId} and status = 'FAILED'`;
    await makeDue(sql, delivery);
  });
}

/** A queue that waits or is leased stays so: its row is only locked, so that it does not vanish while it is added to. */
export async function makeDue(
  sql: Sql,
  { companyId, conversationId, channelId }: Pick<NewDelivery, 'companyId' | 'conversationId' | 'channelId'>,
): Promise<void> {
  await sql`
    insert into channels.delivery_queues (company_id, conversation_id, channel_id, due_at)
    values (${companyId}, ${conversationId}, ${channelId}, now())
    on conflict (company_id, conversation_id) do update set conversation_id = excluded.conversation_id`;
}

/** A row of the version before this one only counted its parts. Of the part under way nobody knows whether it was sent. */
async function takeOverParts(
  sql: Sql,
  { companyId, messageId, channelId, threadExternalId }: NewDelivery,
  { status, sentParts }: { readonly status: string; readonly sentParts: number },
): Promise<void> {
  const begun = status === 'SENDING' ? sentParts + 1 : sentParts;
  await sql`
    insert into channels.delivery_parts
      (company_id, message_id, part, channel_id, thread_external_id, status, sent_at)
    select ${companyId}::uuid, ${messageId}::uuid, part, ${channelId}::uuid, ${threadExternalId}::text,
      case when part < ${sentParts} then 'SENT' else 'SENDING' end, now()
    from generate_series(0, ${begun - 1}::int) as part`;
}

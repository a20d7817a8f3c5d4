import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { makeDue } from './enqueueDelivery.ts';

/**
 * Puts a change that an agent wants of a message into the conversation's queue, behind the message itself; whoever sends from
 * it finds out whether the message has gone out. Repeating it changes nothing.
 */
export function enqueueRevision(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<EventOf<SwitchboardCatalogue, 'conversation.message.revised'>, 'companyId' | 'data'>,
): Promise<void> {
  const { conversation, message, revision, threadExternalId } = data;
  const { id: conversationId, channelId } = conversation;
  return database.write(companyId, async ({ sql }) => {
    const added = await sql`
      insert into channels.revisions
        (company_id, id, message_id, channel_id, conversation_id, thread_external_id, kind, text, status, created_at)
      values (${companyId}, ${revision.id}, ${message.id}, ${channelId}, ${conversationId}, ${threadExternalId},
        ${revision.kind}, ${revision.text}, 'WAITING', ${revision.requestedAt})
      on conflict do nothing returning 1 as added`;
    if (added.length > 0) await makeDue(sql, { companyId, conversationId, channelId });
  });
}

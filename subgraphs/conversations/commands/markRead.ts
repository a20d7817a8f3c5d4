import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Message } from '../entities/message.ts';
import { isId } from '../ids.ts';
import { conversationNotFound, lockConversation, refuse, writeAsAgent, type Outcome } from './asAgent.ts';
import { tellRead } from './tellRead.ts';

/**
 * The agent has read up to the message, or everything. The mark never goes back, so reading twice, or on two devices, changes
 * and tells nothing.
 */
export async function markRead(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly conversationId: string; readonly upToMessageId?: string | null | undefined },
): Promise<Outcome<{ conversationId: string }>> {
  return writeAsAgent(database, identity, 'conversations:answer', async (transaction) => {
    const { em, sql, companyId, agentId } = transaction;
    const conversation = await lockConversation(transaction, input.conversationId);
    if (!conversation) return conversationNotFound();

    const { id: conversationId, inboundCount } = conversation;
    let read = inboundCount;
    if (input.upToMessageId != null) {
      const id = input.upToMessageId;
      const message = isId(id) ? await em.findOne(Message, { companyId, id, conversationId }) : null;
      if (!message) return refuse('NOT_FOUND', 'The conversation has no such message.', 'upToMessageId');
      read = message.inboundOrdinal;
    }
    const moved = await sql`
      insert into conversations.read_marks as r (company_id, conversation_id, agent_id, read_inbound_count, read_at)
      select ${companyId}, ${conversationId}, ${agentId}, ${read}::int, now() where ${read}::int > 0
      on conflict (company_id, conversation_id, agent_id)
        do update set read_inbound_count = excluded.read_inbound_count, read_at = excluded.read_at
        where r.read_inbound_count < excluded.read_inbound_count
      returning 1 as moved`;
    if (moved.length > 0) await tellRead(transaction, conversation, read);
    return { conversationId };
  });
}

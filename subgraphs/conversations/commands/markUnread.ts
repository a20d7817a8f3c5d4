import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Message } from '../entities/message.ts';
import { isId } from '../ids.ts';
import { conversationNotFound, lockConversation, refuse, writeAsAgent, type Outcome } from './asAgent.ts';
import { tellRead } from './tellRead.ts';

/**
 * The agent has the conversation before them again, from this message on: what the contact wrote before it stays read. The mark only
 * goes back, so doing it twice, or from a message that is unread already, changes and tells nothing.
 */
export async function markUnread(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly conversationId: string; readonly fromMessageId: string },
): Promise<Outcome<{ conversationId: string }>> {
  return writeAsAgent(database, identity, 'conversations:answer', async (transaction) => {
    const { em, sql, companyId, agentId } = transaction;
    const conversation = await lockConversation(transaction, input.conversationId);
    if (!conversation) return conversationNotFound();

    const { id: conversationId } = conversation;
    const { fromMessageId: id } = input;
    const message = isId(id) ? await em.findOne(Message, { companyId, id, conversationId }) : null;
    if (!message) return refuse('NOT_FOUND', 'The conversation has no such message.', 'fromMessageId');
    // An ordinal counts the message itself when the contact wrote it, and else those before it.
    const read = message.direction === 'INBOUND' ? message.inboundOrdinal - 1 : message.inboundOrdinal;
    const moved = await sql`
      update conversations.read_marks set read_inbound_count = ${read}::int, read_at = now()
      where company_id = ${companyId} and conversation_id = ${conversationId} and agent_id = ${agentId}
        and read_inbound_count > ${read}::int
      returning 1 as moved`;
    if (moved.length > 0) await tellRead(transaction, conversation, read);
    return { conversationId };
  });
}

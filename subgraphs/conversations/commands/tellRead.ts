import type { ConversationEntity } from '../entities/conversation.ts';
import { conversationFacts } from '../facts.ts';
import type { AgentTransaction } from './asAgent.ts';

/** Tells how much of a conversation the agent has not read now, whose mark was moved to so many of the contact's messages. */
export async function tellRead(
  transaction: AgentTransaction,
  conversation: ConversationEntity,
  readInboundCount: number,
): Promise<void> {
  const { publish, agentId, actor } = transaction;
  const facts = await conversationFacts(transaction, conversation);
  const unreadCount = conversation.inboundCount - readInboundCount;
  publish({ type: 'conversation.read', actor, data: { conversation: facts, agentId, unreadCount } });
}

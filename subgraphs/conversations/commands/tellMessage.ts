import type { Actor } from '#platform/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { MessageEntity } from '../entities/message.ts';
import { conversationFacts, messageFacts, type Transaction } from '../facts.ts';
import type { StatusChange } from '../rules/status.ts';

/** Tells of a message that came by a channel, after what it did to its conversation. */
export async function tellMessage(
  transaction: Transaction,
  told: {
    readonly actor: Actor;
    readonly conversation: ConversationEntity;
    readonly message: MessageEntity;
    /** Whether the conversation began with it. */
    readonly opened: boolean;
    readonly change: StatusChange | undefined;
    readonly firstResponseSeconds: number | null;
  },
): Promise<void> {
  const { publish } = transaction;
  const { actor, change, firstResponseSeconds } = told;
  const conversation = await conversationFacts(transaction, told.conversation);
  if (told.opened) publish({ type: 'conversation.opened', actor, data: { conversation } });
  if (change) publish({ type: 'conversation.status.changed', actor, data: { conversation, ...change } });
  const message = messageFacts(told.message);
  publish({
    type: 'conversation.message.created',
    actor,
    data: { conversation, message, delivery: null, firstResponseSeconds },
  });
}

import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Change } from '../../rules/change.ts';

/** Whether a bot may answer in the conversation. */
export function switchBot(conversation: Pick<ConversationEntity, 'botEnabled'>, enabled: boolean): readonly Change[] {
  if (conversation.botEnabled === enabled) return [];
  conversation.botEnabled = enabled;
  return [{ kind: 'BOT', enabled }];
}

/**
 * From now on the bot answers, and what it hears begins here: at what the contact wrote since anybody answered, or with what
 * they write next.
 */
export function beginBot(
  conversation: Pick<ConversationEntity, 'botEnabled' | 'botFromOrdinal' | 'botDueAt'>,
  fromOrdinal: number,
): readonly Change[] {
  conversation.botFromOrdinal = fromOrdinal;
  conversation.botDueAt = null;
  return switchBot(conversation, true);
}

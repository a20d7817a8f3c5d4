import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Change } from '../../rules/change.ts';

/** Whether a bot may answer in the conversation. */
export function switchBot(conversation: Pick<ConversationEntity, 'botEnabled'>, enabled: boolean): readonly Change[] {
  if (conversation.botEnabled === enabled) return [];
  conversation.botEnabled = enabled;
  return [{ kind: 'BOT', enabled }];
}

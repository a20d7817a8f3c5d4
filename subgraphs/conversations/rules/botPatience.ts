import type { ConversationEntity } from '../entities/conversation.ts';
import type { BotSettings } from '../queries/botSettings.ts';

/**
 * From now on the contact waits for the bot, and no longer than the company wants. Who writes more meanwhile has waited since the first
 * time.
 */
export function awaitBot(
  conversation: Pick<ConversationEntity, 'botDueAt'>,
  { handOverAfterSeconds }: Pick<BotSettings, 'handOverAfterSeconds'>,
  at: Date,
): void {
  conversation.botDueAt ??= new Date(at.getTime() + handOverAfterSeconds * 1_000);
}

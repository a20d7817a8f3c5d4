import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { botSettings } from '../../queries/botSettings.ts';
import { botTurns } from '../../queries/botTurns.ts';
import { awaitBot } from '../../rules/botPatience.ts';
import { backAt } from '../../rules/botHours.ts';

/** How much of a conversation the bot hears: what a question refers to is not far back. */
const MOST_TURNS = 20;

/**
 * Asks the bot to answer what the contact has written. Call it after what was written is in the conversation. Nothing is asked when
 * the contact has written nothing since the bot has the conversation.
 */
export async function askBot(transaction: Transaction, conversation: ConversationEntity): Promise<void> {
  const { em, sql, publish } = transaction;
  const { companyId, id: conversationId, contactId, inboundCount } = conversation;
  await em.flush();
  const turns = await botTurns(sql, conversation, MOST_TURNS);
  const last = turns.at(-1);
  if (last?.author !== 'CONTACT') return;
  const settings = await botSettings(sql, companyId);
  awaitBot(conversation, settings, new Date());
  const back = backAt(settings.hours, settings.timeZone, new Date());
  publish({
    type: 'conversation.bot.asked',
    actor: { kind: 'contact', id: contactId },
    data: {
      conversationId,
      messageId: last.id,
      ordinal: inboundCount,
      turns: turns.map(({ author, text }) => ({ author, text: text ?? '' })),
      rules: {
        botName: settings.name,
        handOverWords: [...settings.handOverWords],
        isOutsideHours: back !== null,
        answersOutsideHours: settings.answersOutsideHours,
        backAt: back?.toISOString() ?? null,
        timeZone: settings.timeZone,
      },
    },
  });
}

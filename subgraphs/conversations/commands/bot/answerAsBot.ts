import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { conversationFacts } from '../../facts.ts';
import { measureResponse } from '../measure.ts';
import { countBotAnswer } from '../../rules/messages.ts';
import { refuseUnreachable } from '../refuseUnreachable.ts';
import { botMessage, tellBotMessage } from './botMessage.ts';
import { handOver } from './handOver.ts';
import { lockForBot } from './lockForBot.ts';

type Answered = EventOf<SwitchboardCatalogue, 'knowledge.bot.answered'>;

/**
 * Says what the bot has found, once, however often it is told; or nothing, when the conversation has gone on without it. What
 * cannot be said to the contact is left to people.
 */
export async function answerAsBot(
  database: Database<SwitchboardCatalogue>,
  { companyId, data }: Pick<Answered, 'companyId' | 'data'>,
): Promise<'sent' | 'late' | 'unreachable'> {
  return database.write(companyId, async (transaction) => {
    const conversation = await lockForBot(transaction, companyId, data);
    if (!conversation) return 'late';
    const { answerId: id, text, citations } = data;
    const at = new Date();
    const caller = { ...transaction, companyId, agentId: null };
    if (await refuseUnreachable(caller, conversation, { at, field: 'conversationId' })) {
      const summary = 'The bot had an answer, but the platform takes no message from it now.';
      await handOver(transaction, conversation, { reason: 'MODEL_FAILED', summary, said: null, at });
      return 'unreachable';
    }
    conversation.botDueAt = null;
    const message = await botMessage(transaction, conversation, { id, text, citations, at });
    const response = await measureResponse(transaction, conversation, countBotAnswer(conversation, at));
    const facts = await conversationFacts(transaction, conversation);
    tellBotMessage(transaction, { conversation: facts, message, response });
    return 'sent';
  });
}

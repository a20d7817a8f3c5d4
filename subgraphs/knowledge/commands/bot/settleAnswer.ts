import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Reply } from '../../bot/createBot.ts';
import { countQuestion } from './countQuestion.ts';
import { collectQuestion } from './collectQuestion.ts';
import type { BotAsked } from './claimAnswer.ts';

const actor = { kind: 'bot' } as const;

/**
 * Writes down what the bot says and tells it, once. What the contact no longer waits for, because they have written more, is
 * written down as replaced and told to nobody.
 */
export async function settleAnswer(
  database: Database<SwitchboardCatalogue>,
  { id, companyId, data }: BotAsked,
  reply: Reply,
): Promise<'told' | 'replaced' | 'settled'> {
  const { conversationId, ordinal } = data;
  return database.write(companyId, async (transaction) => {
    const { sql, publish } = transaction;
    const [settled] = await sql<{ replaced: boolean }>`
      update knowledge.bot_answers a set
        status = case when newer.found then 'REPLACED' else ${reply.outcome} end,
        reason = ${reply.outcome === 'HANDED_OVER' ? reply.reason : null}, question = ${reply.question},
        language = ${reply.language}, text = ${reply.text},
        citations = ${JSON.stringify(reply.outcome === 'ANSWERED' ? reply.citations : [])}::jsonb,
        confidence = ${reply.confidence}, steps = ${JSON.stringify(reply.steps)}::jsonb, settled_at = now()
      from (select exists (
        select from knowledge.bot_answers
        where company_id = ${companyId} and conversation_id = ${conversationId} and ordinal > ${ordinal}) as found) newer
      where a.company_id = ${companyId} and a.id = ${id} and a.status = 'RUNNING'
      returning newer.found as replaced`;
    if (!settled) return 'settled';
    const looked = reply.steps.find(({ step }) => step === 'RETRIEVE')?.detail['query'];
    if (typeof looked === 'string') await countQuestion(sql, companyId, looked);
    if (settled.replaced) return 'replaced';
    const place = { answerId: id, conversationId, ordinal };
    if (reply.outcome === 'ANSWERED') {
      const { text, citations } = reply;
      publish({ type: 'knowledge.bot.answered', actor, data: { ...place, text, citations: [...citations] } });
    } else {
      const { reason, text, summary, question, language } = reply;
      const { messageId } = data;
      const unanswered =
        reason === 'NOT_IN_KNOWLEDGE' &&
        (await collectQuestion(transaction, companyId, { id, conversationId, messageId, question, language }));
      publish({ type: 'knowledge.bot.stepped_aside', actor, data: { ...place, reason, text, summary, unanswered } });
    }
    return 'told';
  });
}

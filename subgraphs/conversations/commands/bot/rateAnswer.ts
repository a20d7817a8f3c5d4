import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Message } from '../../entities/message.ts';
import { conversationFacts } from '../../facts.ts';
import { isId } from '../../ids.ts';
import { lockConversation, refuse, writeAsAgent, type AgentTransaction, type Outcome } from '../asAgent.ts';

export interface RatingInput {
  readonly messageId: string;
  /** Null or undefined: none. */
  readonly rating?: 'GOOD' | 'BAD' | null | undefined;
}

/** An agent says what an answer of the bot is worth; the last that they say holds, and the same again tells nothing. */
export async function rateAnswer(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { messageId, rating = null }: RatingInput,
): Promise<Outcome<{ messageId: string }>> {
  return writeAsAgent(database, identity, 'conversations:answer', async (transaction) => {
    const { em, companyId, agentId, actor, publish } = transaction;
    const message = isId(messageId) ? await em.findOne(Message, { companyId, id: messageId }) : null;
    const conversation = message && (await lockConversation(transaction, message.conversationId));
    if (!message || !conversation) return refuse('NOT_FOUND', 'There is no such message.', 'messageId');
    if (message.authorKind !== 'BOT' || message.isPrivate) {
      return refuse('INVALID', 'Only what a bot has said to a contact can be rated.', 'messageId');
    }
    const { id } = message;
    const changed = await keep(transaction, id, rating);
    if (!changed) return { messageId: id };
    const facts = await conversationFacts(transaction, conversation);
    const data = { conversation: facts, messageId: id, agentId, rating, previous: changed.previous };
    publish({ type: 'conversation.answer.rated', actor, data });
    return { messageId: id };
  });
}

/** What they said before, when it is another than that. */
async function keep(
  { sql, companyId, agentId }: AgentTransaction,
  messageId: string,
  rating: 'GOOD' | 'BAD' | null,
): Promise<{ readonly previous: 'GOOD' | 'BAD' | null } | undefined> {
  type Changed = { previous: 'GOOD' | 'BAD' | null };
  const [changed] =
    rating === null
      ? await sql<Changed>`
          delete from conversations.answer_ratings
          where company_id = ${companyId} and message_id = ${messageId} and agent_id = ${agentId}
          returning rating as previous`
      : await sql<Changed>`
          with before as (
            select rating from conversations.answer_ratings
            where company_id = ${companyId} and message_id = ${messageId} and agent_id = ${agentId}
          )
          insert into conversations.answer_ratings as r (company_id, message_id, agent_id, rating)
          values (${companyId}, ${messageId}, ${agentId}, ${rating})
          on conflict (company_id, message_id, agent_id) do update set rating = excluded.rating, rated_at = now()
          where r.rating <> excluded.rating
          returning (select rating from before) as previous`;
  return changed;
}

import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { transitions } from '../../rules/status.ts';
import type { Change } from '../../rules/change.ts';
import type { CallerTransaction, Outcome, Refusal } from '../asAgent.ts';
import { askBot } from '../bot/askBot.ts';
import { changeConversation, type ConversationInput } from '../changeConversation.ts';
import { beginBot } from './switchBot.ts';
import { transition } from './transition.ts';

/**
 * The bot answers from now on, until somebody takes the conversation from it or writes an answer. What the contact waits for an
 * answer to, it answers at once.
 */
export async function handToBot(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, giveToBot);
}

/** As part of a change: see {@link handToBot}. */
export async function giveToBot(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
): Promise<readonly Change[] | Refusal> {
  const isWithBot = conversation.status === 'PENDING' && conversation.botEnabled;
  const moved = await transition(transaction, conversation, transitions.handToBot);
  if ('userErrors' in moved || isWithBot) return moved;
  const begun = beginBot(conversation, (await lastAnswered(transaction, conversation)) + 1);
  await askBot(transaction, conversation);
  return [...begun, ...moved];
}

/** How many messages the contact had written when somebody last wrote to them. */
async function lastAnswered({ sql }: Transaction, { companyId, id }: ConversationEntity): Promise<number> {
  const [last] = await sql<{ ordinal: number }>`
    select inbound_ordinal as ordinal from conversations.messages
    where company_id = ${companyId} and conversation_id = ${id} and direction = 'OUTBOUND' and not is_private
    order by created_at desc, id desc limit 1`;
  return last?.ordinal ?? 0;
}

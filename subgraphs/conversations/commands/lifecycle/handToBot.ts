import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { transitions } from '../../rules/status.ts';
import type { Outcome } from '../asAgent.ts';
import { changeConversation, type ConversationInput } from '../changeConversation.ts';
import { switchBot } from './switchBot.ts';
import { transition } from './transition.ts';

/** The bot answers from now on, until somebody takes the conversation from it or writes an answer. */
export async function handToBot(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, async (transaction, conversation) => {
    const moved = await transition(transaction, conversation, transitions.handToBot);
    return 'userErrors' in moved ? moved : [...switchBot(conversation, true), ...moved];
  });
}

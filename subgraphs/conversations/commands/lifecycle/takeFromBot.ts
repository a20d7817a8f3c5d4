import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { transitions } from '../../rules/status.ts';
import type { Outcome } from '../asAgent.ts';
import { changeConversation, type ConversationInput } from '../changeConversation.ts';
import { switchBot } from './switchBot.ts';
import { transition } from './transition.ts';

/** The bot says nothing any more. What it was answering is open; what sleeps or is resolved stays so. */
export async function takeFromBot(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, async (transaction, conversation) => {
    const silenced = switchBot(conversation, false);
    if (conversation.status !== 'PENDING') return silenced;
    const moved = await transition(transaction, conversation, transitions.open);
    return 'userErrors' in moved ? moved : [...silenced, ...moved];
  });
}

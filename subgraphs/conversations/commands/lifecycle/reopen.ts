import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { transitions } from '../../rules/status.ts';
import type { Outcome } from '../asAgent.ts';
import { changeConversation, type ConversationInput } from '../changeConversation.ts';
import { transition } from './transition.ts';

/** Goes on with what was resolved, unless the contact goes on in a later conversation already. */
export async function reopen(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, (transaction, conversation) =>
    transition(transaction, conversation, transitions.reopen),
  );
}

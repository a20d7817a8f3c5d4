import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Priority } from '#schema/events/values.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { Change } from '../rules/change.ts';
import type { Outcome } from './asAgent.ts';
import { changeConversation, type ConversationInput } from './changeConversation.ts';

export async function setPriority(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput & { readonly priority: Priority },
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, (_transaction, conversation) =>
    prioritise(conversation, input.priority),
  );
}

export function prioritise(conversation: ConversationEntity, to: Priority): readonly Change[] {
  const from = conversation.priority;
  if (from === to) return [];
  conversation.priority = to;
  return [{ kind: 'PRIORITY', from, to }];
}

import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { Change } from '../rules/change.ts';
import {
  conversationNotFound,
  lockConversation,
  refuseIfOutdated,
  writeAsCaller,
  type CallerTransaction,
  type Outcome,
  type Refusal,
} from './asAgent.ts';
import { tellChanges } from './tellChanges.ts';

/** Which conversation; with a version, only if nobody has changed it since the caller saw that one. */
export interface ConversationInput {
  readonly conversationId: string;
  readonly expectedVersion?: number | null | undefined;
}

/** Changes the conversation that it is given and says what it changed: nothing, when it was so already. */
type MakeChanges = (
  transaction: CallerTransaction,
  conversation: ConversationEntity,
) => readonly Change[] | Refusal | Promise<readonly Change[] | Refusal>;

/** One caller's change of one conversation, in a transaction of its own. */
export async function changeConversation(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput,
  make: MakeChanges,
): Promise<Outcome<{ conversationId: string }>> {
  return writeAsCaller(database, identity, 'conversations:change', (transaction) =>
    applyChange(transaction, input, make),
  );
}

/** The same within a transaction that goes on. */
export async function applyChange(
  transaction: CallerTransaction,
  { conversationId: id, expectedVersion }: ConversationInput,
  make: MakeChanges,
): Promise<Outcome<{ conversationId: string }>> {
  const conversation = await lockConversation(transaction, id);
  if (!conversation) return conversationNotFound();
  const outdated = refuseIfOutdated('The conversation has', conversation.version, expectedVersion);
  if (outdated) return outdated;
  const changes = await make(transaction, conversation);
  if ('userErrors' in changes) return changes;
  if (changes.length > 0) await tellChanges(transaction, { actor: transaction.actor, conversation, changes });
  return { conversationId: conversation.id };
}

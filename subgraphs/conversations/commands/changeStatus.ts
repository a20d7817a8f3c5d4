import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationStatus } from '#schema/events/values.ts';
import { conversationFacts } from '../facts.ts';
import { applyStatus, mayChange } from '../rules/status.ts';
import {
  conversationNotFound,
  lockConversation,
  refuse,
  refuseIfSuperseded,
  writeAsAgent,
  type Outcome,
} from './asAgent.ts';

/** What the status has already changes and tells nothing. */
export async function changeStatus(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly conversationId: string;
    readonly status: ConversationStatus;
    readonly snoozedUntil?: Date | null | undefined;
  },
): Promise<Outcome<{ conversationId: string }>> {
  const { status, snoozedUntil = null } = input;
  return writeAsAgent(database, identity, async (transaction) => {
    const { publish, actor } = transaction;
    const now = new Date();
    if (snoozedUntil && status !== 'SNOOZED') {
      return refuse('INVALID', 'Only SNOOZED has an end: leave `snoozedUntil` out.', 'snoozedUntil');
    }
    if (snoozedUntil && snoozedUntil <= now) {
      return refuse('INVALID', 'The snooze has to end in the future.', 'snoozedUntil');
    }
    const conversation = await lockConversation(transaction, input.conversationId);
    if (!conversation) return conversationNotFound();
    const { id: conversationId, status: from } = conversation;
    if (from === status && conversation.snoozedUntil?.getTime() === snoozedUntil?.getTime()) return { conversationId };
    if (!mayChange(from, status)) {
      return refuse('INVALID_TRANSITION', `A conversation that is ${from} cannot become ${status}.`, 'status');
    }
    const refusal = await refuseIfSuperseded(transaction, conversation);
    if (refusal) return refusal;
    const change = applyStatus(conversation, status, { at: now, snoozedUntil });
    const facts = await conversationFacts(transaction, conversation);
    publish({ type: 'conversation.status.changed', actor, data: { conversation: facts, ...change } });
    return { conversationId };
  });
}

import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationStatus } from '#schema/events/values.ts';
import { applyStatus, mayChange } from '../rules/status.ts';
import { refuse, refuseIfSuperseded, type Outcome } from './asAgent.ts';
import { changeConversation, type ConversationInput } from './changeConversation.ts';

/** What has the status already changes and tells nothing. */
export async function changeStatus(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput & {
    readonly status: ConversationStatus;
    readonly snoozedUntil?: Date | null | undefined;
  },
): Promise<Outcome<{ conversationId: string }>> {
  const { status, snoozedUntil = null } = input;
  return changeConversation(database, identity, input, async (transaction, conversation) => {
    const now = new Date();
    if (snoozedUntil && status !== 'SNOOZED') {
      return refuse('INVALID', 'Only SNOOZED has an end: leave `snoozedUntil` out.', 'snoozedUntil');
    }
    if (snoozedUntil && snoozedUntil <= now) {
      return refuse('INVALID', 'The snooze has to end in the future.', 'snoozedUntil');
    }
    const { status: from } = conversation;
    if (from === status && conversation.snoozedUntil?.getTime() === snoozedUntil?.getTime()) return [];
    if (!mayChange(from, status)) {
      return refuse('INVALID_TRANSITION', `A conversation that is ${from} cannot become ${status}.`, 'status');
    }
    const refusal = await refuseIfSuperseded(transaction, conversation);
    return refusal ?? [applyStatus(conversation, status, { at: now, snoozedUntil })];
  });
}

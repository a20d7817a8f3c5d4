import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationStatus } from '#schema/events/values.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { Change } from '../rules/change.ts';
import { botSettings } from '../queries/botSettings.ts';
import { mayChange } from '../rules/status.ts';
import { refuse, type CallerTransaction, type Outcome, type Refusal } from './asAgent.ts';
import { changeConversation, type ConversationInput } from './changeConversation.ts';
import { giveToBot } from './lifecycle/handToBot.ts';
import { invalidTransition, refuseSnooze, transition } from './lifecycle/transition.ts';

export interface StatusInput {
  readonly status: ConversationStatus;
  readonly snoozedUntil?: Date | null | undefined;
}

/** What has the status already changes and tells nothing. */
export async function changeStatus(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput & StatusInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, (transaction, conversation) =>
    moveTo(transaction, conversation, input),
  );
}

/** By whichever transition leads there. Where the company has a bot, PENDING is to give it the conversation, with what the contact waits for. */
export async function moveTo(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  { status: to, snoozedUntil }: StatusInput,
): Promise<readonly Change[] | Refusal> {
  const until = snoozedUntil ?? null;
  if (until && to !== 'SNOOZED') {
    return refuse('INVALID', 'Only SNOOZED has an end: leave `snoozedUntil` out.', 'snoozedUntil');
  }
  const refusal = refuseSnooze(until, 'snoozedUntil');
  if (refusal) return refusal;
  const { status: from } = conversation;
  if (from !== to && !mayChange(from, to)) return invalidTransition(from, to, 'status');
  if (to === 'PENDING' && from !== to) {
    const { enabled } = await botSettings(transaction.sql, conversation.companyId);
    if (enabled) return giveToBot(transaction, conversation);
  }
  return transition(transaction, conversation, { from: [from], to }, until);
}

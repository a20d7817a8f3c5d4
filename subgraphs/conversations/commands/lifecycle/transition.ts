import type { ConversationEntity } from '../../entities/conversation.ts';
import type { ConversationStatus } from '#schema/events/values.ts';
import { botSettings } from '../../queries/botSettings.ts';
import { awaitBot } from '../../rules/botPatience.ts';
import type { Change } from '../../rules/change.ts';
import { applyStatus, type StatusTransition } from '../../rules/status.ts';
import { refuse, refuseIfSuperseded, type CallerTransaction, type Refusal } from '../asAgent.ts';
import { openAgain } from './openAgain.ts';

/** Takes the conversation through one of the transitions that people have; what is there already stays and tells nothing. */
export async function transition(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  { from, to }: StatusTransition,
  snoozedUntil: Date | null = null,
): Promise<readonly Change[] | Refusal> {
  const { status } = conversation;
  if (status === to && conversation.snoozedUntil?.getTime() === snoozedUntil?.getTime()) return [];
  if (!from.includes(status)) return invalidTransition(status, to);
  const at = new Date();
  if (to !== 'OPEN') {
    const changed = applyStatus(conversation, to, { at, snoozedUntil });
    if (to === 'PENDING' && conversation.waitingSince !== null) {
      awaitBot(conversation, await botSettings(transaction.sql, conversation.companyId), at);
    }
    return [changed];
  }
  return (await refuseIfSuperseded(transaction, conversation)) ?? openAgain(transaction, conversation, { at });
}

export function invalidTransition(from: ConversationStatus, to: ConversationStatus, field = 'conversationId'): Refusal {
  const remedy =
    from === 'RESOLVED' ? 'Reopen it first.' : `Only a conversation that is RESOLVED can be reopened: open it instead.`;
  return refuse('INVALID_TRANSITION', `A conversation that is ${from} cannot become ${to}. ${remedy}`, field);
}

/** @returns Why a snooze cannot end then. */
export function refuseSnooze(until: Date | null, field: string): Refusal | undefined {
  if (!until || until > new Date()) return undefined;
  return refuse('INVALID', 'The snooze has to end in the future.', field);
}

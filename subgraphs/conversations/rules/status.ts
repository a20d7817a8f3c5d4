import type { ConversationEntity } from '../entities/conversation.ts';
import type { ConversationStatus } from '#schema/events/values.ts';

/**
 * What a person does to a status, by name. PENDING gives the conversation to the bot; where no bot answers, the contact's next
 * message opens it again. What is resolved is reopened before anything else happens to it.
 */
export const transitions = {
  open: { from: ['PENDING', 'SNOOZED'], to: 'OPEN' },
  reopen: { from: ['RESOLVED'], to: 'OPEN' },
  snooze: { from: ['PENDING', 'OPEN', 'SNOOZED'], to: 'SNOOZED' },
  resolve: { from: ['PENDING', 'OPEN', 'SNOOZED'], to: 'RESOLVED' },
  handToBot: { from: ['OPEN', 'SNOOZED'], to: 'PENDING' },
} as const satisfies Record<string, StatusTransition>;

export interface StatusTransition {
  readonly from: readonly ConversationStatus[];
  readonly to: ConversationStatus;
}

export function mayChange(from: ConversationStatus, to: ConversationStatus): boolean {
  return Object.values<StatusTransition>(transitions).some((each) => each.to === to && each.from.includes(from));
}

/** A change of status, and what it says to the other contexts. */
export interface StatusChange {
  readonly kind: 'STATUS';
  readonly from: ConversationStatus;
  readonly to: ConversationStatus;
  readonly resolutionSeconds: number | null;
  readonly touchedByAgent: boolean;
  readonly snoozedUntil: Date | null;
}

/** The part of a conversation that its status rules. */
export type StatusFields = Pick<
  ConversationEntity,
  | 'status'
  | 'snoozedUntil'
  | 'resolvedAt'
  | 'waitingSince'
  | 'openedAt'
  | 'firstRepliedAt'
  | 'touchedByAgent'
  | 'botDueAt'
>;

/**
 * Gives the conversation another status and all that goes with it. Leaving RESOLVED is a new opening: its clocks start
 * anew. Nobody waits in a resolved conversation, and for the bot in a
 * pending one alone.
 */
export function applyStatus(
  conversation: StatusFields,
  to: ConversationStatus,
  { at, snoozedUntil = null }: { readonly at: Date; readonly snoozedUntil?: Date | null },
): StatusChange {
  const from = conversation.status;
  if (from === 'RESOLVED' && to !== 'RESOLVED') {
    conversation.openedAt = at;
    conversation.firstRepliedAt = null;
    conversation.touchedByAgent = false;
  }
  conversation.status = to;
  conversation.snoozedUntil = to === 'SNOOZED' ? snoozedUntil : null;
  conversation.resolvedAt = to === 'RESOLVED' ? at : null;
  if (to === 'RESOLVED') conversation.waitingSince = null;
  if (to !== 'PENDING') conversation.botDueAt = null;
  return {
    kind: 'STATUS',
    from,
    to,
    resolutionSeconds: to === 'RESOLVED' ? secondsBetween(conversation.openedAt, at) : null,
    touchedByAgent: conversation.touchedByAgent,
    snoozedUntil: conversation.snoozedUntil,
  };
}

/** Never negative: the platforms' clocks and ours differ. */
export function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime()) / 1_000;
}

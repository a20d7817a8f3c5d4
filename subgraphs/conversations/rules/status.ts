import type { ConversationEntity } from '../entities/conversation.ts';
import type { ConversationStatus } from '#schema/events/values.ts';

/**
 * What a person may do. PENDING gives the conversation to the bot; where no bot answers, the contact's next message opens it
 * again. What is resolved is opened before anything else happens to it.
 */
const allowed: Readonly<Record<ConversationStatus, readonly ConversationStatus[]>> = {
  PENDING: ['OPEN', 'SNOOZED', 'RESOLVED'],
  OPEN: ['PENDING', 'SNOOZED', 'RESOLVED'],
  SNOOZED: ['PENDING', 'OPEN', 'SNOOZED', 'RESOLVED'],
  RESOLVED: ['OPEN'],
};

export function mayChange(from: ConversationStatus, to: ConversationStatus): boolean {
  return allowed[from].includes(to);
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
  'status' | 'snoozedUntil' | 'resolvedAt' | 'waitingSince' | 'openedAt' | 'firstRepliedAt' | 'touchedByAgent'
>;

/**
 * Gives the conversation another status and all that goes with it. Leaving RESOLVED is a new opening: its clocks start
 * anew. Nobody waits in a resolved conversation.
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

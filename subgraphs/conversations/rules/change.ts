import type { HandOverReason } from '#schema/events/bot.ts';
import type { Priority } from '#schema/events/values.ts';
import type { AssignmentReason } from './assignment.ts';
import type { StatusChange } from './status.ts';

/** What happened to a conversation besides that somebody wrote in it: an entry of its activity stream, and an event. */
export type Change =
  | Opening
  | StatusChange
  | AssignmentChange
  | PriorityChange
  | LabelsChange
  | BotChange
  | HandOver
  | ContactMove;

export interface Opening {
  readonly kind: 'OPENED';
}

export interface AssignmentChange {
  readonly kind: 'ASSIGNED';
  readonly assigneeId: string | null;
  readonly previousAssigneeId: string | null;
  readonly teamId: string | null;
  readonly previousTeamId: string | null;
  /** Without: a person wanted it. */
  readonly reason?: AssignmentReason;
  readonly policyId?: string | null;
}

export interface PriorityChange {
  readonly kind: 'PRIORITY';
  readonly from: Priority;
  readonly to: Priority;
}

export interface LabelsChange {
  readonly kind: 'LABELS';
  readonly addedIds: readonly string[];
  readonly removedIds: readonly string[];
}

export interface BotChange {
  readonly kind: 'BOT';
  readonly enabled: boolean;
}

/** From the bot to people. */
export interface HandOver {
  readonly kind: 'HANDED_OVER';
  readonly reason: HandOverReason;
}

/** Its contact turned out to be another, or is a person apart again. */
export interface ContactMove {
  readonly kind: 'CONTACT';
  readonly contactId: string;
  readonly previousContactId: string;
}

import type { Actor } from '#platform/events/catalogue.ts';

/** Why an agent has a conversation, or has it no more, by the policy that it is under. */
export type PolicyReason = 'POLICY' | 'AGENT_LEFT' | 'REOPENED';

/** The same when no person said so at all. */
export type AssignmentReason = PolicyReason | 'REOPENED_UNASSIGNED' | 'AGENT_DEACTIVATED' | 'TEAM_DELETED';

/** What an entry of the activity stream says. Before reasons were kept, the actor told: what was done by a rule, and what by people. */
export function reasonOf(
  kept: AssignmentReason | undefined,
  { kind, id }: { readonly kind: Actor['kind']; readonly id: string | null },
): AssignmentReason | 'BY_HAND' {
  if (kept !== undefined) return kept;
  if (kind === 'contact') return 'REOPENED_UNASSIGNED';
  if (kind !== 'system') return 'BY_HAND';
  return id === 'TEAM_DELETED' ? 'TEAM_DELETED' : 'AGENT_DEACTIVATED';
}

/** What the other contexts are told of it. */
export function isPolicyReason(reason: AssignmentReason): reason is PolicyReason {
  return reason === 'POLICY' || reason === 'AGENT_LEFT' || reason === 'REOPENED';
}

/** What decides whether a conversation stays with the agent whom it was with, as the contact writes. */
export interface Holder {
  readonly presence: 'ONLINE' | 'AWAY' | 'OFFLINE';
  readonly since: Date;
  /** Whether the agent can take one more like it. */
  readonly hasRoom: boolean;
  /** Of the policy that the conversation is under: how long an agent may be gone. */
  readonly graceSeconds: number;
}

/**
 * A conversation that the contact opens again is given anew: to the agent who had it, if they can take it. Any other stays, also
 * one whose snooze has ended, as that was the agent's own appointment; unless its agent has been gone for longer than the policy allows.
 *
 * @returns Why it does not stay; undefined when it does.
 */
export function whyNotStay(
  { presence, since, hasRoom, graceSeconds }: Holder,
  { reopened, at }: { readonly reopened: boolean; readonly at: Date },
): PolicyReason | undefined {
  if (reopened) return presence === 'ONLINE' && hasRoom ? undefined : 'REOPENED';
  const isGone = presence === 'OFFLINE' && at.getTime() - since.getTime() >= graceSeconds * 1_000;
  return isGone ? 'AGENT_LEFT' : undefined;
}

/** Why an agent has a conversation, or has it no more, when no person said so. */
export type AssignmentReason = 'POLICY' | 'AGENT_LEFT' | 'REOPENED';

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
): AssignmentReason | undefined {
  if (reopened) return presence === 'ONLINE' && hasRoom ? undefined : 'REOPENED';
  const isGone = presence === 'OFFLINE' && at.getTime() - since.getTime() >= graceSeconds * 1_000;
  return isGone ? 'AGENT_LEFT' : undefined;
}

import type { ConversationEntity } from '../entities/conversation.ts';
import { secondsBetween } from './status.ts';
import type { Handled } from '#schema/events/conversations.ts';

type Held = Pick<ConversationEntity, 'status' | 'assigneeId' | 'holderId' | 'heldSince'>;

/** What has ended with a change. */
export interface Ended {
  /** Who had the conversation open until now. */
  readonly handled: Handled | null;
  /** Since when it was open with nobody; only when somebody has it now. */
  readonly queuedSince: Date | null;
}

/**
 * Keeps since when a conversation is open with whom, or with nobody: call it whenever its status or its assignee may have
 * changed. What was open before this was kept is measured from its next change on.
 */
export function settleHolding(conversation: Held, at: Date): Ended {
  const { holderId: before, heldSince: since } = conversation;
  const isOpen = conversation.status === 'OPEN';
  const holderId = isOpen ? conversation.assigneeId : null;
  if (isOpen === (since !== null) && holderId === before) return { handled: null, queuedSince: null };
  conversation.holderId = holderId;
  conversation.heldSince = isOpen ? at : null;
  if (since === null) return { handled: null, queuedSince: null };
  if (before === null) return { handled: null, queuedSince: holderId === null ? null : since };
  return { handled: { agentId: before, seconds: secondsBetween(since, at) }, queuedSince: null };
}

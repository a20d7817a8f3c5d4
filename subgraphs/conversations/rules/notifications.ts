import type { ConversationEntity } from '../entities/conversation.ts';
import type { Change } from './change.ts';

const kinds = ['MENTIONED', 'ASSIGNED', 'CONVERSATION_REOPENED', 'NEW_MESSAGE'] as const;
export type NotificationKind = (typeof kinds)[number];

/** Of what an agent is told who has not chosen: a message to one's own conversation is seen in the inbox anyway. */
export const defaultKinds: readonly NotificationKind[] = kinds.filter((kind) => kind !== 'NEW_MESSAGE');

/** Who is to know of a change, and as what. */
export interface Notice {
  readonly kind: NotificationKind;
  readonly agentId: string;
}

/** Who gets a conversation, and whose it is that goes on again, perhaps because a snooze has ended. */
export function noticeOf(change: Change, { assigneeId }: Pick<ConversationEntity, 'assigneeId'>): Notice | undefined {
  if (assigneeId === null) return undefined;
  if (change.kind === 'ASSIGNED' && change.assigneeId !== change.previousAssigneeId) {
    return { kind: 'ASSIGNED', agentId: assigneeId };
  }
  if (change.kind === 'STATUS' && change.to === 'OPEN' && (change.from === 'RESOLVED' || change.from === 'SNOOZED')) {
    return { kind: 'CONVERSATION_REOPENED', agentId: assigneeId };
  }
  return undefined;
}

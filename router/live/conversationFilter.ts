import type { ConversationFacts } from '#schema/events/conversations.ts';
import { OperationError } from '../operations/errors.ts';

/** The graph's ConversationFilter, coerced. Null and absent both mean "any". */
export interface ConversationFilter {
  readonly status?: readonly string[] | null;
  readonly channelIds?: readonly string[] | null;
  readonly platforms?: readonly string[] | null;
  readonly assigneeId?: string | null;
  readonly unassigned?: boolean | null;
  readonly teamId?: string | null;
  readonly labelIds?: readonly string[] | null;
  readonly unread?: boolean | null;
  readonly priority?: readonly string[] | null;
  readonly search?: string | null;
}

/** Refuses what cannot be decided by an event: whether something is unread differs by viewer, and words need an index. */
export function checkFilter(filter: ConversationFilter): void {
  for (const field of ['unread', 'search'] as const) {
    if (filter[field] != null) {
      throw OperationError.badUserInput(`A subscription cannot filter by "${field}": leave it out.`, `filter.${field}`);
    }
  }
}

/** Whether the conversation, as an event left it, is one that the filter asks for. Every condition must hold. */
export function matches(filter: ConversationFilter, conversation: ConversationFacts): boolean {
  return (
    isOneOf(filter.status, conversation.status) &&
    isOneOf(filter.channelIds, conversation.channelId) &&
    isOneOf(filter.platforms, conversation.platform) &&
    isOneOf(filter.priority, conversation.priority) &&
    (filter.assigneeId == null || filter.assigneeId === conversation.assigneeId) &&
    (filter.unassigned == null || filter.unassigned === (conversation.assigneeId === null)) &&
    (filter.teamId == null || filter.teamId === conversation.teamId) &&
    (filter.labelIds == null || filter.labelIds.some((id) => conversation.labelIds.includes(id)))
  );
}

function isOneOf(wanted: readonly string[] | null | undefined, value: string): boolean {
  return wanted == null || wanted.includes(value);
}

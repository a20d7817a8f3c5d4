import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';
import { isVisible, type Limit } from '#schema/visibility.ts';

type SwitchboardEvent = AnyEvent<SwitchboardCatalogue>;

/** The events that the inbox is made of. */
export type InboxEvent = Extract<SwitchboardEvent, { data: { conversation: ConversationFacts } }>;

/** The graph's InboxUpdate: ids only, the other fields come from the subgraphs that own them. */
export interface InboxUpdate {
  readonly cursor: string;
  readonly kind:
    | 'CONVERSATION_OPENED'
    | 'CONVERSATION_UPDATED'
    | 'MESSAGE_ADDED'
    | 'MESSAGE_UPDATED'
    | 'READ'
    | 'CONVERSATION_LEFT';
  readonly conversationId: string;
  readonly conversation: { readonly __typename: 'Conversation'; readonly id: string } | null;
  readonly message: { readonly __typename: 'Message'; readonly id: string } | null;
  readonly occurredAt: string;
}

const kinds = {
  'conversation.opened': 'CONVERSATION_OPENED',
  'conversation.status.changed': 'CONVERSATION_UPDATED',
  'conversation.assigned': 'CONVERSATION_UPDATED',
  'conversation.changed': 'CONVERSATION_UPDATED',
  'conversation.handed_over': 'CONVERSATION_UPDATED',
  'conversation.answer.rated': 'MESSAGE_UPDATED',
  'conversation.message.created': 'MESSAGE_ADDED',
  'conversation.message.updated': 'MESSAGE_UPDATED',
  'conversation.message.changed': 'MESSAGE_UPDATED',
  'conversation.message.retried': 'MESSAGE_UPDATED',
  'conversation.message.revised': 'MESSAGE_UPDATED',
  'conversation.read': 'READ',
} as const satisfies Record<InboxEvent['type'], InboxUpdate['kind']>;

export function isInboxEvent(event: SwitchboardEvent): event is InboxEvent {
  return event.type in kinds;
}

/** Who may see an event at all: their company's, and of reading only their own. A visitor has no inbox. */
export function mayUse(identity: Identity, event: InboxEvent): boolean {
  if (event.companyId !== identity.companyId || identity.kind === 'visitor') return false;
  return event.type !== 'conversation.read' || (identity.kind === 'agent' && identity.agentId === event.data.agentId);
}

/** Whether the event took the conversation out of what the viewer may see. */
export function hasLeft(limit: Limit | null, event: InboxEvent): boolean {
  if (event.type !== 'conversation.assigned' || isVisible(limit, event.data.conversation)) return false;
  const { previousTeamId: teamId, previousAssigneeId: assigneeId } = event.data;
  return isVisible(limit, { teamId, assigneeId });
}

/** All that is told of a conversation that is not the viewer's to see any more. */
export function toDeparture(event: InboxEvent, cursor: string): InboxUpdate {
  const conversationId = event.data.conversation.id;
  const { occurredAt } = event;
  return { cursor, kind: 'CONVERSATION_LEFT', conversationId, conversation: null, message: null, occurredAt };
}

export function toInboxUpdate(event: InboxEvent, cursor: string): InboxUpdate {
  const messageId = messageIdOf(event);
  const conversationId = event.data.conversation.id;
  return {
    cursor,
    kind: kinds[event.type],
    conversationId,
    conversation: { __typename: 'Conversation', id: conversationId },
    message: messageId === undefined ? null : { __typename: 'Message', id: messageId },
    occurredAt: event.occurredAt,
  };
}

export function messageIdOf(event: InboxEvent): string | undefined {
  if ('message' in event.data) return event.data.message.id;
  if ('messageId' in event.data) return event.data.messageId ?? undefined;
  return undefined;
}

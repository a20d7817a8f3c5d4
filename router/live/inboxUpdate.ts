import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationFacts } from '#schema/events/conversations.ts';

type SwitchboardEvent = AnyEvent<SwitchboardCatalogue>;

/** The events that the inbox is made of. */
export type InboxEvent = Extract<SwitchboardEvent, { data: { conversation: ConversationFacts } }>;

/** The graph's InboxUpdate: ids only, the other fields come from the subgraphs that own them. */
export interface InboxUpdate {
  readonly cursor: string;
  readonly kind: 'CONVERSATION_OPENED' | 'CONVERSATION_UPDATED' | 'MESSAGE_ADDED' | 'MESSAGE_UPDATED' | 'READ';
  readonly conversation: { readonly __typename: 'Conversation'; readonly id: string };
  readonly message: { readonly __typename: 'Message'; readonly id: string } | null;
  readonly occurredAt: string;
}

const kinds = {
  'conversation.opened': 'CONVERSATION_OPENED',
  'conversation.status.changed': 'CONVERSATION_UPDATED',
  'conversation.assigned': 'CONVERSATION_UPDATED',
  'conversation.changed': 'CONVERSATION_UPDATED',
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

export function toInboxUpdate(event: InboxEvent, cursor: string): InboxUpdate {
  const messageId = messageIdOf(event);
  return {
    cursor,
    kind: kinds[event.type],
    conversation: { __typename: 'Conversation', id: event.data.conversation.id },
    message: messageId === undefined ? null : { __typename: 'Message', id: messageId },
    occurredAt: event.occurredAt,
  };
}

export function messageIdOf(event: InboxEvent): string | undefined {
  if ('message' in event.data) return event.data.message.id;
  if ('messageId' in event.data) return event.data.messageId;
  return undefined;
}

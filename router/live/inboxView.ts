import type { Identity } from '#platform/identity/identity.ts';
import { isVisible, type Limit } from '#schema/visibility.ts';
import type { Variables } from '../operations/variables.ts';
import { checkFilter, matches, type ConversationFilter } from './conversationFilter.ts';
import { viewOf, type EventView } from './eventView.ts';
import { hasLeft, isInboxEvent, mayUse, toDeparture, toInboxUpdate, type InboxEvent } from './inboxUpdate.ts';

/**
 * What changes in the inbox, or in one conversation. To who is limited, a conversation that leaves their view is told too, whatever
 * the filter: they may have it on their screen.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for a filter that events cannot answer.
 */
export function inboxView(identity: Identity, args: Variables, limit: Limit | null): EventView {
  const filter = (args['filter'] ?? {}) as ConversationFilter;
  checkFilter(filter);
  const id = args['id'];
  const shows = ({ data: { conversation } }: InboxEvent) =>
    isVisible(limit, conversation) && matches(filter, conversation);
  return viewOf(isInboxEvent, {
    wants: (event) =>
      mayUse(identity, event) &&
      (id === undefined || id === event.data.conversation.id) &&
      (shows(event) || hasLeft(limit, event)),
    toValue: (event, cursor) => (shows(event) ? toInboxUpdate(event, cursor) : toDeparture(event, cursor)),
    onlyFor: (event) => (event.type === 'conversation.read' ? event.data.agentId : undefined),
    mostMissed: Infinity,
  });
}

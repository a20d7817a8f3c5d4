import type { Identity } from '#platform/identity/identity.ts';
import type { Variables } from '../operations/variables.ts';
import { checkFilter, matches, type ConversationFilter } from './conversationFilter.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isInboxEvent, mayUse, toInboxUpdate } from './inboxUpdate.ts';

/**
 * What changes in the inbox, or in one conversation.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for a filter that events cannot answer.
 */
export function inboxView(identity: Identity, args: Variables): EventView {
  const filter = (args['filter'] ?? {}) as ConversationFilter;
  checkFilter(filter);
  const id = args['id'];
  return viewOf(isInboxEvent, {
    wants: (event) =>
      mayUse(identity, event) &&
      (id === undefined || id === event.data.conversation.id) &&
      matches(filter, event.data.conversation),
    toValue: toInboxUpdate,
    mostMissed: Infinity,
  });
}

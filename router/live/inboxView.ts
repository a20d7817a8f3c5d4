import type { Identity } from '#platform/identity/identity.ts';
import type { Variables } from '../operations/variables.ts';
import { checkFilter, matches, type ConversationFilter } from './conversationFilter.ts';
import type { EventView } from './eventView.ts';
import { mayUse, toInboxUpdate, type InboxEvent } from './inboxUpdate.ts';

/**
 * What changes in the inbox, or in one conversation.
 *
 * @throws GraphQLError `BAD_USER_INPUT` for a filter that events cannot answer.
 */
export function inboxView(identity: Identity, args: Variables): EventView<InboxEvent> {
  const filter = (args['filter'] ?? {}) as ConversationFilter;
  checkFilter(filter);
  const id = args['id'];
  return {
    wants: (event) =>
      mayUse(identity, event) &&
      (id === undefined || id === event.data.conversation.id) &&
      matches(filter, event.data.conversation),
    toValue: toInboxUpdate,
    mostMissed: Infinity,
  };
}

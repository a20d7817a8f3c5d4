import type { Identity } from '#platform/identity/identity.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isInboxEvent, messageIdOf, type InboxEvent } from './inboxUpdate.ts';

/** What a visitor missed is found among all that happened in the company meanwhile: who is gone for longer reads anew. */
const MOST_MISSED = 5_000;

type MessageEvent = Extract<InboxEvent, { type: `conversation.message.${'created' | 'changed' | 'updated'}` }>;

/** The messages of a visitor's own thread; nobody else has any. */
export function chatView(identity: Identity): EventView {
  return viewOf(isInboxEvent, {
    wants: (event) =>
      identity.kind === 'visitor' &&
      event.companyId === identity.companyId &&
      isPublicMessage(event) &&
      event.data.conversation.channelId === identity.channelId &&
      event.data.conversation.threadExternalId === identity.visitorId,
    toValue: (event, cursor) => ({
      cursor,
      message: { __typename: 'ChatMessage', id: messageIdOf(event) },
      occurredAt: event.occurredAt,
    }),
    mostMissed: MOST_MISSED,
  });
}

/** A note is never sent, so that no report on a delivery is about one. */
function isPublicMessage(event: InboxEvent): event is MessageEvent {
  if (event.type === 'conversation.message.updated') return true;
  const says = event.type === 'conversation.message.created' || event.type === 'conversation.message.changed';
  return says && !event.data.message.isPrivate;
}

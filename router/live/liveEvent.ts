import type { AnyEvent, EventOf } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isInboxEvent, type InboxEvent } from './inboxUpdate.ts';

export type NotificationEvent =
  | EventOf<SwitchboardCatalogue, 'conversation.notification.added'>
  | EventOf<SwitchboardCatalogue, 'conversation.notification.read'>;
export type DraftEvent = EventOf<SwitchboardCatalogue, 'conversation.draft.changed'>;

/** What says that an agent may see something else now. */
export type LimitEvent =
  | EventOf<SwitchboardCatalogue, 'conversation.agent.limited'>
  | EventOf<SwitchboardCatalogue, 'conversation.team.changed'>;

/** The events that live views are made of. */
export type LiveEvent = InboxEvent | NotificationEvent | DraftEvent | LimitEvent;

export function isLiveEvent(event: AnyEvent<SwitchboardCatalogue>): event is LiveEvent {
  return (
    isInboxEvent(event) ||
    isNotificationEvent(event) ||
    isDraftEvent(event) ||
    event.type === 'conversation.agent.limited' ||
    event.type === 'conversation.team.changed'
  );
}

export function isNotificationEvent(event: AnyEvent<SwitchboardCatalogue>): event is NotificationEvent {
  return event.type === 'conversation.notification.added' || event.type === 'conversation.notification.read';
}

export function isDraftEvent(event: AnyEvent<SwitchboardCatalogue>): event is DraftEvent {
  return event.type === 'conversation.draft.changed';
}

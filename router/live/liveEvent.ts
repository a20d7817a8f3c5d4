import type { AnyEvent, EventOf } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isInboxEvent, type InboxEvent } from './inboxUpdate.ts';

export type NotificationEvent =
  | EventOf<SwitchboardCatalogue, 'conversation.notification.added'>
  | EventOf<SwitchboardCatalogue, 'conversation.notification.read'>;
export type ContactEvent =
  | EventOf<SwitchboardCatalogue, 'conversation.contact.changed'>
  | EventOf<SwitchboardCatalogue, 'conversation.contact.merged'>;
export type DraftEvent = EventOf<SwitchboardCatalogue, 'conversation.draft.changed'>;
/** How far a job is that changes many conversations. */
export type BulkEvent = EventOf<SwitchboardCatalogue, 'conversation.bulk.progressed'>;

export type PresenceEvent = EventOf<SwitchboardCatalogue, 'conversation.agent.presence'>;

/** What says that an agent may see something else now. */
export type LimitEvent =
  | EventOf<SwitchboardCatalogue, 'conversation.agent.limited'>
  | EventOf<SwitchboardCatalogue, 'conversation.team.changed'>;

/** What says what an agent's tokens are worth. */
export type StandingEvent =
  | EventOf<SwitchboardCatalogue, 'conversation.agent.signedOut'>
  | EventOf<SwitchboardCatalogue, 'conversation.agent.changed'>;

/** The events that live views are made of, and what they may show depends on. */
export type LiveEvent =
  | InboxEvent
  | ContactEvent
  | NotificationEvent
  | DraftEvent
  | BulkEvent
  | PresenceEvent
  | LimitEvent
  | StandingEvent;

const checks = [
  isInboxEvent,
  isContactEvent,
  isNotificationEvent,
  isDraftEvent,
  isBulkEvent,
  isPresenceEvent,
  isLimitEvent,
  isStandingEvent,
];

export function isLiveEvent(event: AnyEvent<SwitchboardCatalogue>): event is LiveEvent {
  return checks.some((check) => check(event));
}

export function isLimitEvent(event: AnyEvent<SwitchboardCatalogue>): event is LimitEvent {
  return event.type === 'conversation.agent.limited' || event.type === 'conversation.team.changed';
}

export function isStandingEvent(event: AnyEvent<SwitchboardCatalogue>): event is StandingEvent {
  return event.type === 'conversation.agent.signedOut' || event.type === 'conversation.agent.changed';
}

export function isContactEvent(event: AnyEvent<SwitchboardCatalogue>): event is ContactEvent {
  return event.type === 'conversation.contact.changed' || event.type === 'conversation.contact.merged';
}

export function isNotificationEvent(event: AnyEvent<SwitchboardCatalogue>): event is NotificationEvent {
  return event.type === 'conversation.notification.added' || event.type === 'conversation.notification.read';
}

export function isDraftEvent(event: AnyEvent<SwitchboardCatalogue>): event is DraftEvent {
  return event.type === 'conversation.draft.changed';
}

export function isBulkEvent(event: AnyEvent<SwitchboardCatalogue>): event is BulkEvent {
  return event.type === 'conversation.bulk.progressed';
}

export function isPresenceEvent(event: AnyEvent<SwitchboardCatalogue>): event is PresenceEvent {
  return event.type === 'conversation.agent.presence';
}

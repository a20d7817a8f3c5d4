import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { OperationError } from '../operations/errors.ts';
import type { EventView } from './eventView.ts';

/** The events that an agent's notifications are made of. */
export type NotificationEvent = Extract<
  AnyEvent<SwitchboardCatalogue>,
  { type: `conversation.notification.${'added' | 'read'}` }
>;

export function isNotificationEvent(event: AnyEvent<SwitchboardCatalogue>): event is NotificationEvent {
  return event.type === 'conversation.notification.added' || event.type === 'conversation.notification.read';
}

/**
 * An agent's own, and nobody else's.
 *
 * @throws OperationError `FORBIDDEN` for everybody but agents.
 */
export function notificationView(identity: Identity): EventView<NotificationEvent> {
  if (identity.kind !== 'agent') throw OperationError.forbidden('Notifications are for agents: use the token of one.');
  const { companyId, agentId } = identity;
  return {
    wants: (event) => event.companyId === companyId && ofAgent(event, agentId) !== undefined,
    toValue(event, cursor) {
      const { notificationId, unreadCount } = ofAgent(event, agentId) ?? {};
      const notification = notificationId === undefined ? null : { __typename: 'Notification', id: notificationId };
      return { cursor, notification, unreadNotificationCount: unreadCount, occurredAt: event.occurredAt };
    },
    mostMissed: Infinity,
  };
}

/** What the event says to this agent; undefined: nothing. */
function ofAgent(
  event: NotificationEvent,
  agentId: string,
): { readonly notificationId?: string; readonly unreadCount: number } | undefined {
  if (event.type === 'conversation.notification.read') return event.data.agentId === agentId ? event.data : undefined;
  return event.data.recipients.find((recipient) => recipient.agentId === agentId);
}

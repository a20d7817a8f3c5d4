import type { Identity } from '#platform/identity/identity.ts';
import { OperationError } from '../operations/errors.ts';
import { viewOf, type EventView } from './eventView.ts';
import { isNotificationEvent, type NotificationEvent } from './liveEvent.ts';

/**
 * An agent's own, and nobody else's.
 *
 * @throws OperationError `FORBIDDEN` for everybody but agents.
 */
export function notificationView(identity: Identity): EventView {
  if (identity.kind !== 'agent') throw OperationError.forbidden('Notifications are for agents: use the token of one.');
  const { companyId, agentId } = identity;
  return viewOf(isNotificationEvent, {
    wants: (event) => event.companyId === companyId && ofAgent(event, agentId) !== undefined,
    toValue(event, cursor) {
      const { notificationId, unreadCount } = ofAgent(event, agentId) ?? {};
      const notification = notificationId === undefined ? null : { __typename: 'Notification', id: notificationId };
      return { cursor, notification, unreadNotificationCount: unreadCount, occurredAt: event.occurredAt };
    },
    mostMissed: Infinity,
  });
}

/** What the event says to this agent; undefined: nothing. */
function ofAgent(
  event: NotificationEvent,
  agentId: string,
): { readonly notificationId?: string; readonly unreadCount: number } | undefined {
  if (event.type === 'conversation.notification.read') return event.data.agentId === agentId ? event.data : undefined;
  return event.data.recipients.find((recipient) => recipient.agentId === agentId);
}

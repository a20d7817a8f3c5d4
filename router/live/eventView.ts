import type { AnyEvent } from '#platform/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Variables } from '../operations/variables.ts';
import { chatView } from './chatView.ts';
import { isInboxEvent, type InboxEvent } from './inboxUpdate.ts';
import { inboxView } from './inboxView.ts';
import { isNotificationEvent, notificationView, type NotificationEvent } from './notificationView.ts';

type SwitchboardEvent = AnyEvent<SwitchboardCatalogue>;

/** The events that some subscription field shows. */
export type LiveEvent = InboxEvent | NotificationEvent;

/** What a subscription field shows of the event stream to one subscriber. */
export interface EventView<E extends SwitchboardEvent = LiveEvent> {
  wants(event: E): boolean;
  /** The field's value: ids only, the other fields come from the subgraphs that own them. */
  toValue(event: E, cursor: string): object;
  /** How many events of the company may have to be read again for somebody who comes back. */
  readonly mostMissed: number;
}

type ViewFor<E extends SwitchboardEvent> = (identity: Identity, args: Variables) => EventView<E>;

/** By subscription field (`@events`). */
export const eventViews: ReadonlyMap<string, ViewFor<LiveEvent>> = new Map([
  ['inboxUpdates', of(isInboxEvent, inboxView)],
  ['conversationUpdates', of(isInboxEvent, inboxView)],
  ['chatUpdates', of(isInboxEvent, chatView)],
  ['notificationUpdates', of(isNotificationEvent, notificationView)],
]);

export function isLiveEvent(event: SwitchboardEvent): event is LiveEvent {
  return isInboxEvent(event) || isNotificationEvent(event);
}

/** A view that knows some kinds of events wants none of the others. */
function of<E extends LiveEvent>(isOne: (event: LiveEvent) => event is E, viewFor: ViewFor<E>): ViewFor<LiveEvent> {
  return (identity, args) => {
    const view = viewFor(identity, args);
    return {
      wants: (event) => isOne(event) && view.wants(event),
      toValue(event, cursor) {
        if (!isOne(event)) throw new TypeError(`${event.type} was not wanted`);
        return view.toValue(event, cursor);
      },
      mostMissed: view.mostMissed,
    };
  };
}

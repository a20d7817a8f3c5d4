import type { Identity } from '#platform/identity/identity.ts';
import type { Limit } from '#schema/visibility.ts';
import type { Variables } from '../operations/variables.ts';
import { chatView } from './chatView.ts';
import type { InboxEvent, LiveEvent } from './inboxUpdate.ts';
import { inboxView } from './inboxView.ts';

/** What a subscription field shows of the event stream to one subscriber. */
export interface EventView {
  wants(event: LiveEvent): event is InboxEvent;
  /** The field's value: ids only, the other fields come from the subgraphs that own them. */
  toValue(event: InboxEvent, cursor: string): object;
  /** How many events of the company may have to be read again for somebody who comes back. */
  readonly mostMissed: number;
}

/** By subscription field (`@events`). */
export const eventViews: ReadonlyMap<string, (identity: Identity, args: Variables, limit: Limit | null) => EventView> =
  new Map([
    ['inboxUpdates', inboxView],
    ['conversationUpdates', inboxView],
    ['chatUpdates', chatView],
  ]);

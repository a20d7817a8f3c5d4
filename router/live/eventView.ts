import type { LiveEvent } from './liveEvent.ts';

/** What a subscription field shows of the event stream to one subscriber. */
export interface EventView<E extends LiveEvent = LiveEvent> {
  wants(event: E): boolean;
  /** The field's value: ids only, the other fields come from the subgraphs that own them. */
  toValue(event: E, cursor: string): object;
  /** The agent for whom alone an event is, also among those who may see the same; undefined: for all of them. */
  readonly onlyFor?: (event: E) => string | undefined;
  /** How many events of the company may have to be read again for somebody who comes back. */
  readonly mostMissed: number;
}

/** A view of one kind of events, which wants nothing of the others. */
export function viewOf<E extends LiveEvent>(isOne: (event: LiveEvent) => event is E, view: EventView<E>): EventView {
  return {
    ...view,
    wants: (event) => isOne(event) && view.wants(event),
    onlyFor: (event) => (isOne(event) ? view.onlyFor?.(event) : undefined),
    toValue(event, cursor) {
      if (!isOne(event)) throw new Error(`a ${event.type} came to a view that does not want it`);
      return view.toValue(event, cursor);
    },
  };
}

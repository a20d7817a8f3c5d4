import type { JsMsg } from '@nats-io/jetstream';
import { parseEvent, type AnyEvent, type Catalogue, type EventOf } from './catalogue.ts';
import { createConsumer, type ConsumerOptions } from './consumer.ts';
import { Poison } from './errors.ts';
import type { Pull } from './pull.ts';
import { EVENTS } from './streams.ts';

/** What to do for each type of event; types without a handler are none of this consumer's business. */
export type EventHandlers<C extends Catalogue> = {
  readonly [T in keyof C & string]?: (event: EventOf<C, T>) => Promise<void>;
};

/**
 * A consumer of the EVENTS stream that gets events as the catalogue types them. An event that does not fit the catalogue
 * is parked.
 *
 * @param options.keyOf Events of one key are handled in order.
 */
export function createEventConsumer<C extends Catalogue>(
  options: Omit<ConsumerOptions, 'stream' | 'handle' | 'keyOf'> & {
    readonly catalogue: C;
    readonly handlers: EventHandlers<C>;
    readonly keyOf?: (event: AnyEvent<C>) => string;
  },
): Pull {
  const { catalogue, handlers, keyOf } = options;
  const read = new WeakMap<JsMsg, AnyEvent<C> | Poison | 'unknown'>();

  /** Read once, for the key and for the handler. */
  function eventOf(message: JsMsg): AnyEvent<C> | Poison | 'unknown' {
    let event = read.get(message);
    if (!event) {
      event = readEvent(catalogue, message);
      read.set(message, event);
    }
    return event;
  }

  return createConsumer({
    ...options,
    stream: EVENTS.name,
    keyOf:
      keyOf &&
      ((message) => {
        const event = eventOf(message);
        return event === 'unknown' || event instanceof Poison ? String(message.seq) : keyOf(event);
      }),
    async handle(message) {
      const event = eventOf(message);
      if (event instanceof Poison) throw event;
      if (event === 'unknown') return;
      const handler = handlers[event.type] as ((event: AnyEvent<C>) => Promise<void>) | undefined;
      await handler?.(event);
    },
  });
}

function readEvent<C extends Catalogue>(catalogue: C, message: JsMsg): AnyEvent<C> | Poison | 'unknown' {
  try {
    return parseEvent(catalogue, message.json()) ?? 'unknown';
  } catch (error) {
    return Poison.because(error instanceof Error ? error.message : 'not an event', error);
  }
}

import { headers } from '@nats-io/nats-core';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { injectTrace } from '#platform/tracing/tracing.ts';
import { eventSubject } from './catalogue.ts';
import { EventError } from './errors.ts';
import type { NatsPart } from './nats.ts';

/** An event as the outbox keeps it: checked before it was kept, so it is not checked again. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly companyId: string;
  readonly trace?: Readonly<Record<string, string>> | undefined;
}

/** Well below the server's `max_payload` of 8 MB; bulk travels by id, not by value. */
export const MAX_EVENT_BYTES = 1024 * 1024;

const PUBLISH_LIMIT_MS = 5_000;

export interface EventBus {
  /** Resolves when the EVENTS stream has kept all of them, in this order; a repetition (same id) is kept once. */
  publish(events: readonly StoredEvent[]): Promise<void>;
}

export function createEventBus({ nats, metrics }: { readonly nats: NatsPart; readonly metrics: Metrics }): EventBus {
  const published = metrics.counter('switchboard_events_published_total', 'Events that the stream has', ['type']);

  async function publishOne({ trace, ...event }: StoredEvent): Promise<void> {
    const carrier: Record<string, string> = { ...trace };
    if (!trace) injectTrace(carrier);
    const head = headers();
    for (const [key, value] of Object.entries(carrier)) head.set(key, value);
    const options = { msgID: event.id, headers: head, timeout: PUBLISH_LIMIT_MS };
    await nats.jetstream.publish(eventSubject(event), JSON.stringify(event), options);
    published.inc({ type: event.type });
  }

  return {
    async publish(events) {
      // Without this, a lost connection would buffer them and send them some time after this call has failed.
      if (!nats.connected) throw EventError.notConnected();
      // All are under way at once; the connection sends them in this order and the stream keeps them in the order sent.
      const results = await Promise.allSettled(events.map(publishOne));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

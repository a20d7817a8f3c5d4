import { DeliverPolicy, type Consumer, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { parseEvent } from '#platform/events/catalogue.ts';
import { EventError } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { isLiveEvent, type LiveEvent } from './liveEvent.ts';

/** An event with its place in the stream. */
export interface StreamEvent {
  readonly sequence: number;
  readonly event: LiveEvent;
}

/** The EVENTS stream, as live views read it: in order, from any place, and without acknowledging anything. */
export interface EventStream {
  /** Which stream it is (one that is made anew counts from 1 again) and the first and last sequence that it holds. */
  locate(): Promise<{ readonly id: string; readonly first: number; readonly last: number }>;
  /** A reader of what comes after a sequence: of one company, or of all. */
  readAfter(sequence: number, companyId?: string): Promise<Consumer>;
  /** Undefined for events that no inbox shows, and for those that cannot be read, which are logged. */
  decode(message: JsMsg): StreamEvent | undefined;
}

/** The server forgets a reader that has not asked for so long: what a killed router leaves behind. */
const INACTIVE_MS = 30_000;

/** @param options.subject subject template with `{company}`, as `@events` has it. */
export function createEventStream(options: {
  readonly subject: string;
  readonly nats: NatsPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): EventStream {
  const { subject, nats, logger, metrics } = options;
  const read = metrics.counter('switchboard_router_events_read_total', 'Events read from the stream', ['outcome']);

  return {
    async locate() {
      // A request on a lost connection would wait in its buffer; this says so at once.
      if (!nats.connected) throw EventError.notConnected();
      const { created, state } = await nats.manager.streams.info(EVENTS.name);
      return { id: created, first: state.first_seq, last: state.last_seq };
    },

    readAfter(sequence, companyId = '*') {
      return nats.jetstream.consumers.get(EVENTS.name, {
        filter_subjects: subject.replace('{company}', companyId),
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: sequence + 1,
        inactive_threshold: nanos(INACTIVE_MS),
      });
    },

    decode(message) {
      try {
        const event = parseEvent(catalogue, message.json());
        if (event && isLiveEvent(event)) {
          read.inc({ outcome: 'read' });
          return { sequence: message.seq, event };
        }
        read.inc({ outcome: 'ignored' });
      } catch (error) {
        // Consumers that work on it park it; a live view can only leave it out.
        read.inc({ outcome: 'unreadable' });
        logger.error({ err: error, seq: message.seq }, 'live: an event could not be read');
      }
      return undefined;
    },
  };
}

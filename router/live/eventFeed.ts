import { DeliverPolicy, type Consumer, type ConsumerMessages, type JsMsg, type StreamInfo } from '@nats-io/jetstream';
import { parseEvent } from '#platform/events/catalogue.ts';
import { EventError } from '#platform/events/errors.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { OperationError } from '../operations/errors.ts';
import type { StreamPosition } from './cursor.ts';
import { isInboxEvent, type InboxEvent } from './inboxUpdate.ts';

/** An event with its place in the stream. */
export interface FeedEvent {
  readonly sequence: number;
  readonly event: InboxEvent;
}

export interface FeedListener {
  /** Every event of the company, in the stream's order. */
  onEvent(event: FeedEvent): void;
  /** Events may have been missed for good: the stream was replaced, or dropped them before they were read. */
  onGap(): void;
}

export interface EventFeed extends Part {
  /** Identity of the stream that sequences count in. */
  readonly stream: string;
  /** The last sequence that listeners were told of. */
  readonly position: number;
  /** From now on. @returns ends it. */
  listen(companyId: string, listener: FeedListener): () => void;
  /**
   * Hands over the company's events after a position, in order, until there are no more at that moment. Resolves with the
   * last sequence handed over (or `position`'s own).
   *
   * @throws OperationError `CURSOR_EXPIRED` when the stream no longer has all of them, `EVENTS_UNAVAILABLE`.
   */
  replay(
    companyId: string,
    position: StreamPosition,
    handle: (event: FeedEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number>;
}

/** The server forgets a reader that has not asked for so long: what a killed router leaves behind. */
const INACTIVE_MS = 30_000;
const NANOS_PER_MS = 1_000_000;

/**
 * Reads the EVENTS stream once for all subscriptions of this process. After a loss of NATS it goes on behind the last
 * event that it has seen.
 *
 * @param options.subject subject template with `{company}`, as `@events` has it.
 */
export function createEventFeed(options: {
  readonly subject: string;
  readonly nats: NatsPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): EventFeed {
  const { subject, nats, logger } = options;
  const listeners = new Map<string, Set<FeedListener>>();
  const read = options.metrics.counter('switchboard_router_feed_events_total', 'Events read from the stream', [
    'outcome',
  ]);
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let messages: ConsumerMessages | undefined;
  let stream = '';
  let position = 0;

  function decode(message: JsMsg): FeedEvent | undefined {
    try {
      const event = parseEvent(catalogue, message.json());
      if (event && isInboxEvent(event)) {
        read.inc({ outcome: 'read' });
        return { sequence: message.seq, event };
      }
      read.inc({ outcome: 'ignored' });
    } catch (error) {
      // Those who own the stream park it; a live view can only leave it out.
      read.inc({ outcome: 'unreadable' });
      logger.error({ err: error, seq: message.seq }, 'live: an event could not be read');
    }
    return undefined;
  }

  function tellGap(): void {
    for (const ofCompany of listeners.values()) for (const listener of ofCompany) listener.onGap();
  }

  function dispatch(message: JsMsg): void {
    const event = decode(message);
    if (event) for (const listener of listeners.get(event.event.companyId) ?? []) listener.onEvent(event);
    position = message.seq;
  }

  function streamInfo(): Promise<StreamInfo> {
    // A request on a lost connection would wait in its buffer; this says so at once.
    if (!nats.connected) throw EventError.notConnected();
    return nats.manager.streams.info(EVENTS.name);
  }

  /** Where the stream is now, compared with what this feed has seen of it. */
  async function locate(): Promise<void> {
    const { created, state } = await streamInfo();
    const wasReading = stream !== '';
    const isOther = stream !== created || position > state.last_seq;
    const isLost = isOther || position + 1 < state.first_seq;
    if (isOther) position = state.last_seq;
    stream = created;
    if (wasReading && isLost) {
      logger.warn({ position, first: state.first_seq }, 'live: the stream lost events before they were read');
      tellGap();
    }
  }

  function reader(filter: string, after: number): Promise<Consumer> {
    return nats.jetstream.consumers.get(EVENTS.name, {
      filter_subjects: filter,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      inactive_threshold: INACTIVE_MS * NANOS_PER_MS,
    });
  }

  async function readOn(): Promise<void> {
    await locate();
    const consumer = await reader(subject.replace('{company}', '*'), position);
    messages = await consumer.consume({ max_messages: 500, abort_on_missing_resource: true });
    if (stopping.signal.aborted || !nats.connected) messages.stop();
    for await (const message of messages) {
      if (message.seq > position) dispatch(message);
    }
  }

  async function readForever(): Promise<void> {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      try {
        await readOn();
        attempt = 1;
      } catch (error) {
        logger.warn({ err: error, attempt }, 'live: reading events was interrupted, starting it again');
      }
      await pause(backoff(attempt, { capMs: 1_000 }), stopping.signal);
    }
  }

  /** A reader ends with its connection: the next one notices whether the stream was replaced meanwhile. */
  async function watchConnection(): Promise<void> {
    for await (const { type } of nats.connection.status()) {
      if (type === 'disconnect') messages?.stop();
    }
  }

  return {
    name: 'event feed',
    get stream() {
      return stream;
    },
    get position() {
      return position;
    },

    async start() {
      stopping = new AbortController();
      await locate();
      loop = readForever();
      watchConnection().catch((error: unknown) => logger.error({ err: error }, 'live: watching NATS failed'));
    },

    async stop() {
      stopping.abort();
      messages?.stop();
      await loop;
    },

    listen(companyId, listener) {
      const ofCompany = listeners.get(companyId) ?? new Set();
      listeners.set(companyId, ofCompany.add(listener));
      return () => {
        ofCompany.delete(listener);
        if (ofCompany.size === 0 && listeners.get(companyId) === ofCompany) listeners.delete(companyId);
      };
    },

    async replay(companyId, from, handle, signal) {
      let last = from.sequence;
      try {
        const { created, state } = await streamInfo();
        const isKept = from.stream === created && last <= state.last_seq && last + 1 >= state.first_seq;
        if (!isKept) throw OperationError.cursorExpired();
        const consumer = await reader(subject.replace('{company}', companyId), last);
        try {
          const { num_pending: waiting } = await consumer.info(true);
          if (waiting > 0) last = await drain(consumer, last, handle, signal);
        } finally {
          await consumer
            .delete()
            .catch((error: unknown) => logger.debug({ err: error }, 'live: reader left to expire'));
        }
      } catch (error) {
        if (error instanceof OperationError) throw error;
        logger.warn({ err: error, companyId }, 'live: missed events could not be read');
        throw OperationError.eventsUnavailable();
      }
      return last;
    },
  };

  async function drain(
    consumer: Consumer,
    after: number,
    handle: (event: FeedEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    let last = after;
    const missed = await consumer.consume({ max_messages: 100, abort_on_missing_resource: true });
    const end = () => missed.stop();
    signal.addEventListener('abort', end, { once: true });
    try {
      for await (const message of missed) {
        const event = decode(message);
        if (event) await handle(event);
        last = message.seq;
        if (message.info.pending === 0 || signal.aborted) break;
      }
    } finally {
      signal.removeEventListener('abort', end);
    }
    return last;
  }
}

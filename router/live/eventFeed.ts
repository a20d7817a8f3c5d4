import type { ConsumerMessages } from '@nats-io/jetstream';
import type { NatsPart } from '#platform/events/nats.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { createCompanyListeners } from './companyListeners.ts';
import type { EventStream, StreamEvent } from './eventStream.ts';

export interface FeedListener {
  /** Every event of the company, in the stream's order. */
  onEvent(event: StreamEvent): void;
  /** Events may have been missed for good: the stream was replaced, or dropped them before they were read. */
  onGap(): void;
}

export interface EventFeed extends Part {
  /** Identity of the stream that sequences count in. */
  readonly streamId: string;
  /** The last sequence that listeners were told of. */
  readonly position: number;
  /** From now on. @returns ends it. */
  listen(companyId: string, listener: FeedListener): () => void;
  /** The events of all companies, before those who listen to one hear of them; of a gap after them. */
  listenToAll(listener: FeedListener): void;
}

/**
 * Reads the stream once for all live subscriptions of this process. After a loss of NATS it goes on behind the last event
 * that it has seen.
 */
export function createEventFeed(options: {
  readonly stream: EventStream;
  readonly nats: NatsPart;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): EventFeed {
  const { stream, nats, logger, metrics } = options;
  const listeners = createCompanyListeners<FeedListener>();
  metrics.gauge('switchboard_router_feed_listeners', 'Who listens to the events of companies', [], (gauge) =>
    gauge.set([...listeners.all()].length),
  );
  const everywhere: FeedListener[] = [];
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let messages: ConsumerMessages | undefined;
  let streamId = '';
  let position = 0;

  function dispatch({ event, sequence }: StreamEvent): void {
    for (const listener of everywhere) listener.onEvent({ event, sequence });
    for (const listener of listeners.of(event.companyId)) listener.onEvent({ event, sequence });
  }

  function tellGap(): void {
    for (const listener of [...listeners.all(), ...everywhere]) listener.onGap();
  }

  /** Compares where the stream is now with what this feed has seen of it. */
  async function locate(): Promise<void> {
    const { id, first, last } = await stream.locate();
    const wasReading = streamId !== '';
    const isOther = streamId !== id || position > last;
    const isLost = isOther || position + 1 < first;
    if (isOther) position = last;
    streamId = id;
    if (wasReading && isLost) {
      logger.warn({ position, first }, 'live: the stream lost events before they were read');
      tellGap();
    }
  }

  async function readOn(): Promise<void> {
    await locate();
    const reader = await stream.readAfter(position);
    messages = await reader.consume({ max_messages: 500, abort_on_missing_resource: true });
    if (stopping.signal.aborted || !nats.connected) messages.stop();
    for await (const message of messages) {
      if (message.seq <= position) continue;
      const event = stream.decode(message);
      if (event) dispatch(event);
      position = message.seq;
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
    get streamId() {
      return streamId;
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

    listen: (companyId, listener) => listeners.listen(companyId, listener),
    listenToAll: (listener) => void everywhere.push(listener),
  };
}

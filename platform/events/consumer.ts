import { AckPolicy, DeliverPolicy, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { isOutage } from '#platform/lifecycle/outage.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { inSpan, withExtractedTrace } from '#platform/tracing/tracing.ts';
import { park } from './deadLetters.ts';
import { Poison } from './errors.ts';
import { createKeyedQueue } from './keyedQueue.ts';
import type { NatsPart } from './nats.ts';

export interface ConsumerOptions {
  readonly nats: NatsPart;
  readonly stream: string;
  /** The consumer's name on the server: what was handled is remembered under it. */
  readonly durable: string;
  readonly filterSubject?: string | undefined;
  /**
   * Handles one message. Resolving acknowledges it. `Poison.because(...)` parks it at once. Any other failure is tried
   * again with backoff: an outage (see isOutage) for as long as it lasts, everything else `attempts` times and then
   * parked. A message can come again after it was handled, so handling must be idempotent.
   */
  readonly handle: (message: JsMsg) => Promise<void>;
  /** How many messages are handled at once, at the most. */
  readonly concurrency: number;
  /** Messages of one key are handled one after another, in the stream's order. Default: no order. */
  readonly keyOf?: ((message: JsMsg) => string) | undefined;
  /** @default 8 */
  readonly attempts?: number | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** How long the server waits for a sign of life before it gives a message to somebody else. */
const ACK_WAIT_MS = 30_000;
const ACK_TRIES = 10;
const STOP_LIMIT_MS = 4_000;

/**
 * A durable pull consumer. Retries happen here and not by redelivery, so that a message that fails holds back those of
 * its key and no others (until twice `concurrency` of them wait); the server hears of every message under way at a third
 * of its patience.
 */
export function createConsumer(options: ConsumerOptions): Part {
  const { nats, stream, durable, concurrency, attempts = 8, metrics } = options;
  const logger = options.logger.child({ consumer: durable });
  const handled = metrics.counter('switchboard_consumer_messages_total', 'Messages by outcome', [
    'consumer',
    'outcome',
  ]);
  const seconds = metrics.histogram('switchboard_consumer_seconds', 'Time to handle a message', ['consumer']);
  const running = metrics.gauge('switchboard_consumer_in_flight', 'Messages being handled or waiting', ['consumer']);
  const inFlight = new Set<JsMsg>();
  let stopping = new AbortController();
  let messages: ConsumerMessages | undefined;
  let loop: Promise<void> = Promise.resolve();

  async function ensureConsumer(): Promise<Consumer> {
    const config = {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: concurrency * 4,
      ...(options.filterSubject && { filter_subject: options.filterSubject }),
    };
    await nats.manager.consumers.add(stream, config);
    return nats.jetstream.consumers.get(stream, durable);
  }

  /** Handles until it is done, parked, or this consumer stops; says whether the message may be acknowledged. */
  async function settle(message: JsMsg): Promise<boolean> {
    for (let attempt = 1, failures = 0; ; attempt++) {
      try {
        await options.handle(message);
        handled.inc({ consumer: durable, outcome: 'handled' });
        return true;
      } catch (error) {
        const outage = isOutage(error);
        if (!outage) failures += 1;
        if (error instanceof Poison || failures >= attempts) return giveUp(message, error, attempt);
        handled.inc({ consumer: durable, outcome: outage ? 'outage' : 'retried' });
        logger.warn({ err: error, subject: message.subject, seq: message.seq, attempt, outage }, 'will try again');
        await pause(backoff(attempt, { capMs: outage ? 2_000 : 10_000 }), stopping.signal);
        if (stopping.signal.aborted) return false;
      }
    }
  }

  async function giveUp(message: JsMsg, error: unknown, attempt: number): Promise<boolean> {
    for (let retry = 1; !stopping.signal.aborted; retry++) {
      try {
        await park(nats, { message, durable, error, attempts: attempt });
        handled.inc({ consumer: durable, outcome: 'parked' });
        logger.error({ err: error, subject: message.subject, seq: message.seq, attempt }, 'message parked');
        return true;
      } catch (parkError) {
        logger.error({ err: parkError, seq: message.seq }, 'parking failed, will try again');
        await pause(backoff(retry), stopping.signal);
      }
    }
    return false;
  }

  async function process(message: JsMsg): Promise<void> {
    const end = seconds.startTimer({ consumer: durable });
    const carrier = Object.fromEntries(
      (message.headers?.keys() ?? []).map((key) => [key, message.headers?.get(key) ?? '']),
    );
    const attributes = { 'messaging.destination': message.subject, 'messaging.sequence': message.seq };
    const done = await withExtractedTrace(carrier, () =>
      inSpan(`consume ${durable}`, attributes, () => settle(message)),
    );
    end();
    if (done) await acknowledge(message);
    else message.nak();
  }

  /**
   * Confirmed by the server, and said again while it is not: an acknowledgement that got lost with a connection would be
   * found out by a repetition half a minute later, and until then take one of the places for messages under way.
   */
  async function acknowledge(message: JsMsg): Promise<void> {
    for (let attempt = 1; attempt <= ACK_TRIES; attempt++) {
      try {
        await message.ackAck();
        return;
      } catch (error) {
        logger.debug({ err: error, seq: message.seq, attempt }, 'acknowledgement not confirmed');
        await pause(backoff(attempt, { capMs: 1_000 }), stopping.signal);
        if (stopping.signal.aborted) return;
      }
    }
  }

  const queue = createKeyedQueue({ concurrency });

  async function consume(): Promise<void> {
    const consumer = await ensureConsumer();
    // A consumer or stream that somebody deleted would be waited for in silence; so it is made again.
    messages = await consumer.consume({ max_messages: concurrency * 2, abort_on_missing_resource: true });
    if (stopping.signal.aborted) messages.stop();
    for await (const message of messages) {
      inFlight.add(message);
      running.set({ consumer: durable }, inFlight.size);
      const key = options.keyOf?.(message) ?? String(message.seq);
      await queue.add(key, async () => {
        try {
          await process(message);
        } catch (error) {
          logger.error({ err: error, seq: message.seq }, 'a message was neither acknowledged nor refused');
        } finally {
          inFlight.delete(message);
          running.set({ consumer: durable }, inFlight.size);
        }
      });
    }
  }

  async function consumeForever(): Promise<void> {
    const alive = setInterval(() => inFlight.forEach((message) => message.working()), ACK_WAIT_MS / 3);
    try {
      for (let attempt = 1; !stopping.signal.aborted; attempt++) {
        try {
          await consume();
        } catch (error) {
          logger.warn({ err: error, attempt }, 'consuming was interrupted, starting it again');
        }
        await pause(backoff(Math.min(attempt, 5)), stopping.signal);
      }
      await withTimeout(queue.idle(), STOP_LIMIT_MS, 'handlers still run').catch((error: unknown) =>
        logger.warn(
          { err: error, left: inFlight.size },
          'stopped with messages under way; they will be delivered again',
        ),
      );
    } finally {
      clearInterval(alive);
    }
  }

  return {
    name: `consumer ${durable}`,
    async start() {
      stopping = new AbortController();
      await ensureConsumer();
      loop = consumeForever();
    },
    async stop() {
      stopping.abort();
      messages?.stop();
      await loop;
    },
  };
}

import { AckPolicy, DeliverPolicy, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { nanos, type Subscription } from '@nats-io/nats-core';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { NatsPart } from './nats.ts';

/** How long the server waits for a sign of life before it gives a message to somebody else. */
const ACK_WAIT_MS = 30_000;
/** And where one process at a time reads: for so long its successor waits for what it had in hand when it died. */
const ACK_WAIT_IN_TURN_MS = 10_000;
const NOT_MY_TURN_MS = 1_000;
/** How long a request for messages stands, and so how often the turn is taken anew. */
const FETCH_MS = 1_000;
const STOP_LIMIT_MS = 4_000;

/** Who of several processes may have messages under way. */
export interface Turn {
  /** Takes or keeps it for some seconds; false while another process has it. */
  take(): Promise<boolean>;
  /** Lets another process have it at once. */
  release(): Promise<void>;
}

export interface PullOptions {
  readonly nats: NatsPart;
  readonly stream: string;
  /** The consumer's name on the server: what was handled is remembered under it. */
  readonly durable: string;
  readonly filterSubject?: string | undefined;
  /** With it one process at a time reads, so that messages keep their order over all processes, also when one dies. */
  readonly turn?: Turn | undefined;
  /** How many messages are asked for ahead. */
  readonly prefetch: number;
  /** How many the server gives out, to all processes together, before one of them is acknowledged. */
  readonly maxAckPending: number;
  /** Takes a message over; resolves when there is room for the next. `done` is called when it is under way no more. */
  readonly take: (message: JsMsg, done: () => void) => Promise<void>;
  /** Resolves when nothing that was taken is under way any more. */
  readonly idle: () => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Reads a durable consumer for as long as the part runs; aborted is told by `signal`. */
export interface Pull extends Part {
  readonly signal: AbortSignal;
}

/**
 * A durable pull consumer that is there again after whatever happened to it: it is made anew when somebody deleted it, and
 * the server hears of every message under way at a third of its patience.
 */
export function createPull(options: PullOptions): Pull {
  const { nats, stream, durable, turn, logger } = options;
  const ackWaitMs = turn ? ACK_WAIT_IN_TURN_MS : ACK_WAIT_MS;
  const running = options.metrics.gauge('switchboard_consumer_in_flight', 'Messages being handled or waiting', [
    'consumer',
  ]);
  const inFlight = new Set<JsMsg>();
  let stopping = new AbortController();
  let messages: ConsumerMessages | undefined;
  let loop: Promise<void> = Promise.resolve();

  async function ensureConsumer(): Promise<Consumer> {
    const config = {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      deliver_policy: DeliverPolicy.All,
      max_ack_pending: options.maxAckPending,
      ...(options.filterSubject && { filter_subject: options.filterSubject }),
    };
    await nats.manager.consumers.add(stream, config);
    return nats.jetstream.consumers.get(stream, durable);
  }

  async function consume(): Promise<void> {
    const consumer = await ensureConsumer();
    // A consumer or stream that somebody deleted would be waited for in silence; so it is made again.
    messages = await consumer.consume({ max_messages: options.prefetch, abort_on_missing_resource: true });
    if (stopping.signal.aborted) messages.stop();
    for await (const message of messages) await take(message);
  }

  /** Reads one batch after another for as long as it is this process's turn. */
  async function consumeInTurn(mine: Turn): Promise<void> {
    const consumer = await ensureConsumer();
    await options.idle();
    for (let had = false; !stopping.signal.aborted;) {
      const has = await mine.take();
      if (!has) {
        await pause(NOT_MY_TURN_MS, stopping.signal);
      } else if (!had && (await consumer.info()).num_ack_pending > 0) {
        // Of the one before, who is gone: when the server's patience is at an end it gives them out again, before newer ones.
        await pause(ackWaitMs + NOT_MY_TURN_MS, stopping.signal);
      } else {
        messages = await consumer.fetch({ max_messages: options.prefetch, expires: FETCH_MS });
        if (stopping.signal.aborted) messages.stop();
        for await (const message of messages) await take(message);
        await options.idle();
      }
      had = has;
    }
  }

  function take(message: JsMsg): Promise<void> {
    inFlight.add(message);
    running.set({ consumer: durable }, inFlight.size);
    return options.take(message, () => {
      inFlight.delete(message);
      running.set({ consumer: durable }, inFlight.size);
    });
  }

  async function consumeForever(): Promise<void> {
    const alive = setInterval(() => inFlight.forEach((message) => message.working()), ackWaitMs / 3);
    try {
      for (let attempt = 1; !stopping.signal.aborted; attempt++) {
        try {
          await (turn ? consumeInTurn(turn) : consume());
        } catch (error) {
          logger.warn({ err: error, attempt }, 'consuming was interrupted, starting it again');
        }
        await pause(backoff(Math.min(attempt, 5)), stopping.signal);
      }
      await withTimeout(options.idle(), STOP_LIMIT_MS, 'handlers still run').catch((error: unknown) =>
        logger.warn(
          { err: error, left: inFlight.size },
          'stopped with messages under way; they will be delivered again',
        ),
      );
    } finally {
      clearInterval(alive);
    }
  }

  /**
   * Takes what the server had sent before it heard of the end. `messages.stop()` alone drops that, and nobody would get it
   * before the server's patience is at an end.
   */
  async function drain(current: ConsumerMessages): Promise<void> {
    // The library ends with its subscription when that was drained; only its types keep it to themselves.
    const { sub } = current as ConsumerMessages & { readonly sub: Subscription };
    try {
      if (!sub.isClosed()) await withTimeout(sub.drain(), STOP_LIMIT_MS, 'the server did not say what it had sent');
    } catch (error) {
      logger.warn({ err: error }, 'stopped without what the server had sent; it will be delivered again');
    } finally {
      current.stop();
    }
  }

  return {
    name: `consumer ${durable}`,
    get signal() {
      return stopping.signal;
    },
    async start() {
      stopping = new AbortController();
      await ensureConsumer();
      loop = consumeForever();
    },
    async stop() {
      stopping.abort();
      if (messages) await drain(messages);
      await loop;
      await turn?.release().catch((error: unknown) => logger.debug({ err: error }, 'the turn will run out by itself'));
    },
  };
}

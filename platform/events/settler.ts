import type { JsMsg } from '@nats-io/jetstream';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { isOutage } from '#platform/lifecycle/outage.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { park } from './deadLetters.ts';
import { Poison } from './errors.ts';
import type { NatsPart } from './nats.ts';

/** Brings messages of one consumer to an end: handled, or parked. */
export interface Settler {
  /**
   * Tries until `handle` is done, the message is parked, or the signal aborts; says whether it may be acknowledged.
   * `Poison` parks at once, an outage is waited for, any other failure is tried again a limited number of times.
   */
  settle(message: JsMsg, handle: () => Promise<void>): Promise<boolean>;
  /**
   * Confirmed by the server, and said again while it is not: an acknowledgement that got lost with a connection would be
   * found out by a repetition half a minute later, and until then take one of the places for messages under way.
   */
  acknowledge(message: JsMsg): Promise<void>;
  /** The same of messages that were handled together: the server takes them in order, so that of the last is of all. */
  acknowledgeAll(messages: readonly JsMsg[]): Promise<void>;
  /** For work that does not go through {@link settle}. */
  count(outcome: 'handled' | 'ignored' | 'retried' | 'outage' | 'parked', times?: number): void;
}

const ACK_TRIES = 10;

/** @param options.signal Asked anew each time: a consumer that starts again has another one. */
export function createSettler(options: {
  readonly nats: NatsPart;
  readonly durable: string;
  readonly attempts: number;
  readonly signal: () => AbortSignal;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Settler {
  const { nats, durable, attempts, signal, logger } = options;
  const handled = options.metrics.counter('switchboard_consumer_messages_total', 'Messages by outcome', [
    'consumer',
    'outcome',
  ]);
  const count: Settler['count'] = (outcome, times = 1) => handled.inc({ consumer: durable, outcome }, times);

  async function giveUp(message: JsMsg, error: unknown, attempt: number): Promise<boolean> {
    for (let retry = 1; !signal().aborted; retry++) {
      try {
        await park(nats, { message, durable, error, attempts: attempt });
        count('parked');
        logger.error({ err: error, subject: message.subject, seq: message.seq, attempt }, 'message parked');
        return true;
      } catch (parkError) {
        logger.error({ err: parkError, seq: message.seq }, 'parking failed, will try again');
        await pause(backoff(retry), signal());
      }
    }
    return false;
  }

  async function acknowledgeAll(messages: readonly JsMsg[]): Promise<void> {
    const last = messages.at(-1);
    for (let attempt = 1; last && attempt <= ACK_TRIES; attempt++) {
      try {
        for (const message of messages) if (message !== last) message.ack();
        await last.ackAck();
        return;
      } catch (error) {
        logger.debug({ err: error, seq: last.seq, attempt }, 'acknowledgement not confirmed');
        await pause(backoff(attempt, { capMs: 1_000 }), signal());
        if (signal().aborted) return;
      }
    }
  }

  let unsaid: JsMsg[] = [];
  let saying: Promise<void> | undefined;

  /** Those that come to an end while one confirmation is under way share the next. */
  async function sayAll(): Promise<void> {
    try {
      while (unsaid.length > 0) {
        const messages = unsaid;
        unsaid = [];
        await acknowledgeAll(messages);
      }
    } finally {
      // In the same step as the last look: a moment later, somebody would join a round that is over and be left unsaid.
      saying = undefined;
    }
  }

  async function acknowledge(message: JsMsg): Promise<void> {
    unsaid.push(message);
    saying ??= sayAll();
    await saying;
  }

  return {
    count,
    async settle(message, handle) {
      for (let attempt = 1, failures = 0; ; attempt++) {
        try {
          await handle();
          count('handled');
          return true;
        } catch (error) {
          const outage = isOutage(error);
          if (!outage) failures += 1;
          if (error instanceof Poison || failures >= attempts) return giveUp(message, error, attempt);
          count(outage ? 'outage' : 'retried');
          logger.warn({ err: error, subject: message.subject, seq: message.seq, attempt, outage }, 'will try again');
          await pause(backoff(attempt, { capMs: outage ? 2_000 : 10_000 }), signal());
          if (signal().aborted) return false;
        }
      }
    },
    acknowledge,
    acknowledgeAll,
  };
}

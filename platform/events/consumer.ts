import type { JsMsg } from '@nats-io/jetstream';
import { inSpan, withExtractedTrace } from '#platform/tracing/tracing.ts';
import { createKeyedQueue } from './keyedQueue.ts';
import { createPull, type Pull, type PullOptions } from './pull.ts';
import { createSettler } from './settler.ts';

export interface ConsumerOptions extends Pick<
  PullOptions,
  'nats' | 'stream' | 'durable' | 'filterSubject' | 'turn' | 'logger' | 'metrics'
> {
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
}

/**
 * A durable consumer that handles messages one by one, many at a time. Retries happen here and not by redelivery, so that
 * a message that fails holds back those of its key and no others (until twice `concurrency` of them wait).
 */
export function createConsumer(options: ConsumerOptions): Pull {
  const { durable, concurrency, attempts = 8, metrics } = options;
  const logger = options.logger.child({ consumer: durable });
  const seconds = metrics.histogram('switchboard_consumer_seconds', 'Time to handle a message', ['consumer']);
  const queue = createKeyedQueue({ concurrency });
  const settler = createSettler({ ...options, attempts, logger, signal: () => pull.signal });

  async function process(message: JsMsg): Promise<void> {
    const end = seconds.startTimer({ consumer: durable });
    const carrier = Object.fromEntries(
      (message.headers?.keys() ?? []).map((key) => [key, message.headers?.get(key) ?? '']),
    );
    const attributes = { 'messaging.destination': message.subject, 'messaging.sequence': message.seq };
    const done = await withExtractedTrace(carrier, () =>
      inSpan(`consume ${durable}`, attributes, () => settler.settle(message, () => options.handle(message))),
    );
    end();
    if (done) await settler.acknowledge(message);
    else message.nak();
  }

  const pull = createPull({
    ...options,
    logger,
    prefetch: concurrency * 2,
    maxAckPending: concurrency * 4,
    idle: () => queue.idle(),
    take: (message, done) =>
      queue.add(options.keyOf?.(message) ?? String(message.seq), async () => {
        try {
          await process(message);
        } catch (error) {
          logger.error({ err: error, seq: message.seq }, 'a message was neither acknowledged nor refused');
        } finally {
          done();
        }
      }),
  });
  return pull;
}

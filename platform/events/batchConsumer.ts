import type { JsMsg } from '@nats-io/jetstream';
import { isOutage } from '#platform/lifecycle/outage.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { inSpan, withExtractedTrace } from '#platform/tracing/tracing.ts';
import { createPull, type PullOptions } from './pull.ts';
import { createSettler } from './settler.ts';

export interface BatchConsumerOptions<Item> extends Pick<
  PullOptions,
  'nats' | 'stream' | 'durable' | 'filterSubject' | 'logger' | 'metrics'
> {
  /**
   * Understands a message, before anything is done with it. `Poison` parks it; undefined is acknowledged and left alone;
   * any other failure is tried again as `handle` is.
   */
  readonly read: (message: JsMsg) => Promise<Item | undefined>;
  /**
   * Handles messages together, in the stream's order, all or none. It must be idempotent, and right for one alone: after
   * a failure that is no outage each is tried by itself, so that one that cannot be handled is parked and the others are not.
   */
  readonly handle: (items: readonly Item[]) => Promise<void>;
  /** How many are handled together, at the most. */
  readonly maxBatch: number;
  /** @default 8 */
  readonly attempts?: number | undefined;
}

/** A batch that is not full begins so long after the one before: what a batch costs, it costs whatever is in it. */
const BATCH_EVERY_MS = 40;

/**
 * A durable consumer that handles what has come by then together: under load a batch costs about what one message costs,
 * and a message that comes alone does not wait for others.
 */
export function createBatchConsumer<Item>(options: BatchConsumerOptions<Item>): Part {
  const { durable, maxBatch, attempts = 8, metrics } = options;
  const logger = options.logger.child({ consumer: durable });
  const seconds = metrics.histogram('switchboard_consumer_seconds', 'Time to handle a message', ['consumer']);
  const sizes = metrics.histogram(
    'switchboard_consumer_batch_messages',
    'Messages that were handled together',
    ['consumer'],
    [1, 2, 5, 10, 25, 50, 100, 250, 500],
  );
  const settler = createSettler({ ...options, attempts, logger, signal: () => pull.signal });
  let waiting: { readonly message: JsMsg; readonly done: () => void }[] = [];
  let working: Promise<void> | undefined;
  let makeRoom: (() => void) | undefined;
  let beganAt = -Infinity;
  let full = new AbortController();

  /** Read and handled together where that goes well, else one by one. */
  async function settleAll(messages: readonly JsMsg[]): Promise<void> {
    const items = new Map<JsMsg, Item>();
    const read = await Promise.all(messages.map(readOne));
    for (const [index, message] of messages.entries()) {
      const item = read[index];
      if (item !== undefined) items.set(message, item);
    }
    if (items.size === 0) return;
    if (await handledTogether([...items.values()])) {
      settler.count('handled', items.size);
      await settler.acknowledgeAll([...items.keys()]);
      return;
    }
    for (const [message, item] of items) {
      const done = !pull.signal.aborted && (await settler.settle(message, () => options.handle([item])));
      await end(message, done);
    }
  }

  /** Undefined for a message that has come to its end already: of no interest, or not to be understood. */
  async function readOne(message: JsMsg): Promise<Item | undefined> {
    try {
      const item = await options.read(message);
      if (item !== undefined) return item;
      settler.count('ignored');
      await end(message, true);
    } catch {
      // By itself, the same failure is met again and dealt with: parked, or waited for.
      await end(message, await settler.settle(message, () => handleAlone(message)));
    }
    return undefined;
  }

  async function handleAlone(message: JsMsg): Promise<void> {
    const item = await options.read(message);
    if (item !== undefined) await options.handle([item]);
  }

  /** False when they have to be tried one by one, or this consumer stops. */
  async function handledTogether(items: readonly Item[]): Promise<boolean> {
    for (let attempt = 1; !pull.signal.aborted; attempt++) {
      try {
        await options.handle(items);
        return true;
      } catch (error) {
        if (!isOutage(error)) {
          logger.warn({ err: error, batch: items.length }, 'a batch failed: trying its messages one by one');
          return false;
        }
        settler.count('outage');
        logger.warn({ err: error, batch: items.length, attempt }, 'a batch waits for an outage to end');
        await pause(backoff(attempt, { capMs: 2_000 }), pull.signal);
      }
    }
    return false;
  }

  async function end(message: JsMsg, done: boolean): Promise<void> {
    if (done) await settler.acknowledge(message);
    else message.nak();
  }

  /** Returns when a batch is full, or the one before began long enough ago. */
  async function gather(): Promise<void> {
    full = new AbortController();
    const leftMs = beganAt + BATCH_EVERY_MS - performance.now();
    if (waiting.length < maxBatch && leftMs > 0) await pause(leftMs, full.signal);
    beganAt = performance.now();
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await gather();
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      makeRoom?.();
      const stopTimer = seconds.startTimer({ consumer: durable });
      sizes.observe({ consumer: durable }, batch.length);
      try {
        await traced(batch.map(({ message }) => message));
      } catch (error) {
        logger.error({ err: error, batch: batch.length }, 'messages were neither acknowledged nor refused');
      } finally {
        stopTimer();
        for (const { done } of batch) done();
      }
    }
  }

  /** In the trace of the first: a batch belongs to many, and one of them is better than none. */
  function traced(messages: readonly JsMsg[]): Promise<void> {
    const head = messages[0]?.headers;
    const carrier = Object.fromEntries((head?.keys() ?? []).map((key) => [key, head?.get(key) ?? '']));
    const attributes = { 'messaging.batch.message_count': messages.length };
    return withExtractedTrace(carrier, () => inSpan(`consume ${durable}`, attributes, () => settleAll(messages)));
  }

  const pull = createPull({
    ...options,
    logger,
    // What waits in the client's memory gives no sign of life to the server: no more than the next batch.
    prefetch: maxBatch,
    maxAckPending: maxBatch * 8,
    idle: async () => working,
    async take(message, done) {
      waiting.push({ message, done });
      working ??= work().finally(() => (working = undefined));
      if (waiting.length >= maxBatch) {
        full.abort();
        await new Promise<void>((resolve) => (makeRoom = resolve));
        makeRoom = undefined;
      }
    },
  });
  return pull;
}

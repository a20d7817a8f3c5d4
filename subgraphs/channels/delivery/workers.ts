import { v7 } from 'uuid';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import { isOutage } from '#platform/lifecycle/outage.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { CircuitBreaker } from '#platform/limits/circuitBreaker.ts';
import type { Pacer } from '#platform/limits/pacer.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { HealthRecorder } from '../health/healthRecorder.ts';
import type { DecideOptions } from './decide.ts';
import { observeDeliveries } from './observe.ts';
import { leaseQueues, lockQueue, type Lease } from './queue.ts';
import { recordRevise, recordSend } from './recordSend.ts';
import { revisePart, sendPart } from './sendPart.ts';
import type { Transaction } from './settle.ts';
import { takeHead, type Head, type Work } from './takeHead.ts';

/** Queues under way at once in this process, each with one send at the most. */
const CONCURRENCY = 64;
/** So many of them of one channel, and no more are taken: a company's broadcast leaves room for the others. */
const CHANNEL_SHARE = 16;
const BATCH = 16;
const POLL_MS = 250;
/** When it is not an outage that keeps something from being written. */
const WRITE_TRIES = 8;
const STOP_LIMIT_MS = 4_000;

export interface DeliveryWorkers extends Part {
  /** Something may be due: look now instead of at the next poll. */
  wake(): void;
}

export type WorkerOptions = DecideOptions & {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pacer: Pacer;
  readonly breaker: CircuitBreaker;
  readonly health: HealthRecorder;
  readonly logger: Logger;
  readonly metrics: Metrics;
};

/**
 * Send what the queues hold, each part at most once unless a person wants it again.
 *
 * The platforms have no idempotency key, so the order of things is everything: (1) a claim is committed, (2) the part is
 * sent, (3) the outcome is committed together with the event that tells it. Who finds the claim of a process that is gone
 * cannot know whether (2) happened; only what certainly was not sent is tried again by itself.
 *
 * Between (2) and (3) the outcome is held by the queue's run, which tries to record it for as long as Postgres is away: so
 * no more outcomes are held than there are places for runs.
 */
export function createDeliveryWorkers(options: WorkerOptions): DeliveryWorkers {
  const { database, logger } = options;
  const observe = observeDeliveries(options);
  /** By conversation. */
  const running = new Map<string, { readonly run: Promise<void>; readonly channelId: string; next?: Lease }>();
  options.metrics.gauge('switchboard_channels_deliveries_in_flight', 'Queues that are being sent from', [], (gauge) =>
    gauge.set(running.size),
  );
  let worker = v7();
  let stopping = new AbortController();
  let waking = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function sendFrom(lease: Lease): Promise<void> {
    let head = await persist(lease, async (transaction) => {
      const ours = await lockQueue(transaction.sql, lease);
      return ours ? takeHead(transaction, lease, options) : { next: undefined, failed: [] };
    });
    observe.head(lease, head);
    while (head.next) head = await make(lease, head.next);
  }

  async function make(lease: Lease, work: Work): Promise<Head> {
    const goOn = () => ({ ...options, goOn: !stopping.signal.aborted });
    const calling = { ...options, stopping: stopping.signal };
    if (work.kind === 'revise') {
      const { revise } = work;
      const outcome = await orHold(() => revisePart(lease, revise, calling));
      observe.revised(lease, revise, outcome);
      const head = await persist(lease, (transaction) => recordRevise(transaction, lease, revise, outcome, goOn()));
      observe.head(lease, head);
      return head;
    }
    const { send } = work;
    const outcome = await orHold(() => sendPart(lease, send, calling));
    const recorded = await persist(lease, (transaction) => recordSend(transaction, lease, send, outcome, goOn()));
    observe.outcome(lease, send, outcome, recorded);
    return recorded;
  }

  async function orHold<T>(call: () => Promise<T>): Promise<T | { kind: 'heldBack'; waitMs: number }> {
    try {
      return await call();
    } catch (error) {
      // Of the claim: senders never reject. Whether it was committed is unknown, that nothing was sent is certain.
      if (!isOutage(error)) throw error;
      return { kind: 'heldBack', waitMs: 0 };
    }
  }

  /** Writes for as long as an outage lasts. */
  async function persist<T>(lease: Lease, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1, failures = 0; ; attempt++) {
      try {
        return await database.write(lease.companyId, work);
      } catch (error) {
        if (!isOutage(error)) failures += 1;
        if (failures >= WRITE_TRIES || stopping.signal.aborted) throw error;
        logger.warn({ err: error, ...lease, attempt }, 'a delivery could not be written down yet');
        await pause(backoff(attempt, { capMs: 2_000 }), stopping.signal);
      }
    }
  }

  function begin(lease: Lease): void {
    const { conversationId, channelId } = lease;
    const other = running.get(conversationId);
    if (other) {
      // Its run has given it back a moment ago, or is still at it since before Postgres was away.
      other.next = lease;
      return;
    }
    const run = sendFrom(lease)
      // The lease runs out, and somebody finds the queue as it is then.
      .catch((error: unknown) => logger.error({ err: error, ...lease }, 'sending from a queue failed'))
      .finally(() => {
        const next = running.get(conversationId)?.next;
        running.delete(conversationId);
        if (next) begin(next);
        waking.abort();
      });
    running.set(conversationId, { channelId, run });
  }

  function busyChannels(): string[] {
    const counts = new Map<string, number>();
    for (const { channelId } of running.values()) counts.set(channelId, (counts.get(channelId) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= CHANNEL_SHARE).map(([channelId]) => channelId);
  }

  async function work(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      waking = new AbortController();
      const most = Math.min(BATCH, CONCURRENCY - running.size);
      try {
        const leases = most > 0 ? await leaseQueues(database, worker, { most, busy: busyChannels() }) : [];
        leases.forEach(begin);
        failed = 0;
        if (most > 0 && leases.length === most) continue;
        await pause(POLL_MS, AbortSignal.any([stopping.signal, waking.signal]));
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed }, 'the delivery queues could not be read, will try again');
        await pause(backoff(failed, { capMs: 2_000 }), stopping.signal);
      }
    }
  }

  return {
    name: 'deliveries',
    wake: () => waking.abort(),
    async start() {
      stopping = new AbortController();
      worker = v7();
      loop = work();
    },
    async stop() {
      stopping.abort();
      await loop;
      const runs = Promise.all([...running.values()].map(({ run }) => run));
      await withTimeout(runs, STOP_LIMIT_MS, 'sends are still under way').catch((error: unknown) =>
        logger.warn({ err: error, left: running.size }, 'stopped before the outcomes of all sends were known'),
      );
    },
  };
}

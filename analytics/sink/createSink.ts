import type { ClickHouseClient } from '@clickhouse/client';
import type { JsMsg } from '@nats-io/jetstream';
import { EventError } from '#platform/events/errors.ts';
import { createEventBus } from '#platform/events/bus.ts';
import { park } from '#platform/events/deadLetters.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { erasureIn, withoutContacts, type Erasure } from './erasure.ts';
import { SinkError } from './errors.ts';
import { eventRow } from './eventRow.ts';
import { createEventStore, STATEMENT_LIMIT_MS, type Cursor, type PlacedRow, type StreamState } from './eventStore.ts';
import { createLease } from './lease.ts';
import { openReader, type StreamReader } from './streamReader.ts';
import { sinkMetrics } from './sinkMetrics.ts';

const NAME = 'analytics-sink';
const FILTER = 'events.conversation.>';

interface Batch {
  rows: PlacedRow[];
  readonly erasures: Erasure[];
  readonly poison: { readonly message: JsMsg; readonly error: unknown }[];
  unknown: number;
  last: JsMsg | undefined;
}

/**
 * Writes the facts of conversations to ClickHouse, each counted once: it reads the stream by position and takes the
 * position from what ClickHouse holds, so that nothing depends on acknowledgements. Several may run; one writes.
 * Events that cannot be read are parked in DEAD while the rest flows; whatever else fails is tried again for as long as it
 * lasts, from what is written.
 *
 * @param options.batchRows Most events written at once, which also bounds what is held in memory.
 * @param options.leaseMs How long after the writer's death another takes over.
 */
export function createSink(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly batchRows: number;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, batchRows } = options;
  const logger = options.logger.child({ part: NAME });
  const lease = createLease({ nats, name: NAME, ttlMs: options.leaseMs, logger });
  const store = createEventStore(options.clickhouse, { mayWrite: () => lease.assertHeldFor(STATEMENT_LIMIT_MS) });
  const metrics = sinkMetrics(options.metrics);
  const bus = createEventBus({ nats, metrics: options.metrics });
  let stopping = new AbortController();
  let reader: StreamReader | undefined;
  let loop: Promise<void> = Promise.resolve();

  async function readBatch(from: StreamReader): Promise<Batch> {
    const batch: Batch = { rows: [], erasures: [], poison: [], unknown: 0, last: undefined };
    await from.read(batchRows, (message) => {
      batch.last = message;
      try {
        const text = message.string();
        const row = eventRow(text);
        const erasure = row ? undefined : erasureIn(text);
        if (row) batch.rows.push({ sequence: message.seq, row });
        else if (erasure) {
          batch.rows = withoutContacts(batch.rows, erasure);
          batch.erasures.push(erasure);
        } else batch.unknown += 1;
      } catch (error) {
        if (!isPoison(error)) throw error;
        batch.poison.push({ message, error });
      }
    });
    return batch;
  }

  async function writeBatch(cursor: Cursor, batch: Batch): Promise<Cursor> {
    if (batch.last === undefined) return cursor;
    for (const { message, error } of batch.poison) {
      await park(nats, { message, durable: NAME, error, attempts: 1 });
      logger.error({ err: error, subject: message.subject, seq: message.seq }, 'event parked');
    }
    // Before what follows is written: from that on, the place where they stood in the stream may be behind us.
    for (const erasure of batch.erasures) await bus.publish([erasure.answer(await store.forget(erasure))]);
    const end = metrics.writeSeconds.startTimer();
    const written = await store.append(cursor, batch.rows);
    end();
    metrics.events.inc({ outcome: 'written' }, written);
    metrics.events.inc({ outcome: 'repeated' }, batch.rows.length - written);
    metrics.events.inc({ outcome: 'parked' }, batch.poison.length);
    metrics.events.inc({ outcome: 'unknown' }, batch.unknown);
    metrics.batchRows.observe(batch.rows.length);
    metrics.lag.set(batch.last.info.pending);
    metrics.delaySeconds.observe((Date.now() - batch.last.time.getTime()) / 1_000);
    return { epoch: cursor.epoch, sequence: batch.last.seq + 1 };
  }

  /** From getting the lease until something fails or the sink stops. */
  async function work(signal: AbortSignal, onProgress: () => void): Promise<void> {
    if (!(await lease.acquire(signal))) return;
    let inDoubt = false;
    try {
      const stream = await streamState(nats);
      let cursor = await store.resume(stream);
      logger.info({ stream: stream.name, ...cursor }, 'writing events to ClickHouse');
      reader = await openReader({
        nats,
        stream: stream.name,
        filterSubject: FILTER,
        startSequence: cursor.sequence,
      });
      metrics.active.set(1);
      let batch = await readBatch(reader);
      while (!signal.aborted) {
        // The next one is read while this one is written: at most two are in memory.
        [cursor, batch] = await bothSettled(writeBatch(cursor, batch), readBatch(reader));
        onProgress();
      }
    } catch (error) {
      inDoubt = error instanceof SinkError && error.code === 'WRITE_IN_DOUBT';
      throw error;
    } finally {
      metrics.active.set(0);
      await tidyUp(reader?.close());
      // What may still be running must be over before anybody, here or elsewhere, looks at what is written: the lease
      // outlasts every statement.
      await tidyUp(inDoubt ? lease.abandon() : lease.release());
      reader = undefined;
    }
  }

  /** The other side may be away: what is left there goes by itself, by age. */
  async function tidyUp(work: Promise<void> | undefined): Promise<void> {
    await work?.catch((error: unknown) => logger.debug({ err: error }, 'left something behind in NATS'));
  }

  async function workForever(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      try {
        await work(signal, () => (failures = 0));
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        metrics.restarts.inc();
        logger.warn({ err: error, failures }, 'writing events was interrupted, starting again from what is written');
        await pause(backoff(failures), signal);
      }
    }
  }

  return {
    name: NAME,
    start() {
      stopping = new AbortController();
      loop = workForever(stopping.signal);
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      reader?.stop();
      await loop;
    },
  };
}

/** Fails as the first that failed, but not before the other has ended: nobody may write while a write is still under way. */
async function bothSettled<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

/** What is wrong with the event itself, now and on every later try; nothing else is thrown while reading one. */
function isPoison(error: unknown): boolean {
  return error instanceof EventError || error instanceof SinkError;
}

async function streamState(nats: NatsPart): Promise<StreamState> {
  const { config, created, state } = await nats.manager.streams.info(EVENTS.name);
  return {
    name: config.name,
    created,
    lastSequence: state.last_seq,
    async eventIdAt(sequence) {
      const message = await nats.manager.streams.getMessage(EVENTS.name, { seq: sequence });
      return message?.json<{ id: string }>().id.toLowerCase();
    },
  };
}

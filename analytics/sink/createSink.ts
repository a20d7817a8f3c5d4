import type { ClickHouseClient } from '@clickhouse/client';
import { createEventBus } from '#platform/events/bus.ts';
import { park, type Parkable } from '#platform/events/deadLetters.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { EVENTS } from '#platform/events/streams.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Layout } from '../clickhouse/ddl.ts';
import type { TellChanges } from '../figures/changeTeller.ts';
import { createClaim } from './claim.ts';
import { SinkError } from './errors.ts';
import { createEventStore, STATEMENT_LIMIT_MS, type Appended, type Cursor, type StreamState } from './eventStore.ts';
import { leftOut, readBatch, type Batch } from './readBatch.ts';
import { mayBeOfARow } from './refused.ts';
import { openReader, type StreamReader } from './streamReader.ts';
import { sinkMetrics } from './sinkMetrics.ts';

/** What is parked is found by it. */
export const SINK = 'analytics-sink';
/** Batches that are counted at once, where more of them wait. */
const BATCHES_AT_ONCE = 4;
/** Facts of conversations; their subjects name the company. */
export const SINK_FILTER = 'events.conversation.>';

/**
 * Writes the facts of conversations to ClickHouse, each counted once: it reads the stream by position and takes the
 * position from what ClickHouse holds, so that nothing depends on acknowledgements. Several may run; each writes its share of the
 * companies. Events that cannot be read, by this service or by ClickHouse, are parked in DEAD while the rest flows; whatever else
 * fails is tried again for as long as it lasts, from what is written.
 *
 * @param options.batchRows Most events written at once, which also bounds what is held in memory.
 * @param options.leaseMs How long after the death of a process others take its share.
 */
export function createSink(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly layout: Layout;
  readonly batchRows: number;
  readonly leaseMs: number;
  readonly tellChanges: TellChanges;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, batchRows } = options;
  const logger = options.logger.child({ part: SINK });
  const claim = createClaim({ nats, ttlMs: options.leaseMs, logger });
  const store = createEventStore(options.clickhouse, {
    layout: options.layout,
    statementLimitMs: STATEMENT_LIMIT_MS,
    mayWrite: () => claim.heldFor(STATEMENT_LIMIT_MS),
    tellChanges: options.tellChanges,
  });
  const bus = createEventBus({ nats, metrics: options.metrics });
  let stopping = new AbortController();
  let reader: StreamReader | undefined;
  /** The stream up to where it is written, by this process; undefined while it has no share. */
  let writtenTo: number | undefined;
  /** Of what the reader handed over. */
  let messagesWritten = 0;
  /** Batches whose rows are written and not yet in the rollups, nor being counted. */
  const uncounted: { readonly messages: number; readonly oldest: number; readonly last: number }[] = [];
  /** Of those before them. */
  let counting: Promise<void> = Promise.resolve();
  let loop: Promise<void> = Promise.resolve();
  const metrics = sinkMetrics(options.metrics, { lag });

  /** What waits: exactly while it reads, and as an upper bound while something is away. */
  async function lag(): Promise<number> {
    if (writtenTo === undefined) return 0;
    if (reader) return (await reader.pending()) + reader.delivered - messagesWritten;
    const { state } = await nats.manager.streams.info(EVENTS.name);
    return Math.max(0, state.last_seq - writtenTo);
  }

  async function parkAll(letters: readonly { readonly message: Parkable; readonly error: unknown }[]): Promise<void> {
    for (const { message, error } of letters) {
      await park(nats, { message, durable: SINK, error, attempts: 1 });
      logger.error({ err: error, subject: message.subject, seq: message.seq }, 'event parked');
    }
  }

  /** Rows that ClickHouse cannot read do not hold up the others; with anything else it says, it is waited for. */
  async function append(cursor: Cursor, batch: Batch, end: { seq: number; time: Date }) {
    const parked = batch.poison.map(({ message }) => leftOut(message));
    const part = { rows: batch.rows, parked, end: { sequence: end.seq, time: end.time.getTime() } };
    try {
      return await store.append(cursor, part);
    } catch (error) {
      if (!mayBeOfARow(error)) throw error;
      const refused = await store.refused(batch.rows);
      if (refused.size === 0) throw error;
      for (const [{ sequence }, reason] of refused) {
        const message = await storedMessage(nats, sequence);
        if (message) await parkAll([{ message, error: SinkError.refused(reason) }]);
        if (message) parked.push(leftOut(message));
      }
      metrics.events.inc({ outcome: 'parked' }, refused.size);
      return store.append(cursor, { ...part, parked, rows: batch.rows.filter((row) => !refused.has(row)) });
    }
  }

  async function writeBatch(cursor: Cursor, batch: Batch): Promise<Cursor> {
    if (batch.last === undefined) return cursor;
    await parkAll(batch.poison);
    // Before what follows is written: from that on, the place where they stood in the stream may be behind us.
    for (const erasure of batch.erasures) await bus.publish([erasure.answer(await store.forget(erasure))]);
    const end = metrics.writeSeconds.startTimer();
    const appended = await append(cursor, batch, batch.last);
    end();
    tally(batch, appended);
    const { messages, first = batch.last, last } = batch;
    uncounted.push({ messages, oldest: first.time.getTime(), last: last.seq });
    return { epoch: cursor.epoch, sequence: last.seq + 1 };
  }

  /** Brings the rollups up to what was written. */
  async function count(shares: readonly number[]): Promise<void> {
    const batches = uncounted.splice(0);
    const end = metrics.countSeconds.startTimer();
    await store.count(shares);
    end();
    for (const { messages, oldest, last } of batches) {
      messagesWritten += messages;
      writtenTo = last;
      metrics.delaySeconds.observe((Date.now() - oldest) / 1_000);
    }
  }

  /**
   * Where there is much to catch up on, several batches are counted at once, which takes hardly longer than to count one, and beside the writing of
   * the next ones: neither has work for all processors.
   */
  async function write(cursor: Cursor, batch: Batch, shares: readonly number[]): Promise<Cursor> {
    const next = await writeBatch(cursor, batch);
    if (uncounted.length >= (batch.isBehind ? BATCHES_AT_ONCE : 1)) {
      await counting;
      counting = count(shares);
      // Its failure is found by whoever waits for it.
      counting.catch(() => undefined);
    }
    if (!batch.isBehind) await counting;
    return next;
  }

  function tally(batch: Batch, { written, repeated }: Appended): void {
    metrics.events.inc({ outcome: 'written' }, written);
    metrics.events.inc({ outcome: 'repeated' }, repeated);
    metrics.events.inc({ outcome: 'parked' }, batch.poison.length);
    metrics.events.inc({ outcome: 'unknown' }, batch.unknown);
    metrics.batchRows.observe(batch.rows.length);
  }

  /** From getting shares until others fall to this process, something fails or the sink stops. */
  async function work(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const shares = await claim.next(signal);
    if (shares.length === 0) return;
    let isInDoubt = false;
    try {
      const stream = await streamState(nats);
      let cursor = await store.resume(stream, shares);
      writtenTo = cursor.sequence - 1;
      logger.info({ stream: stream.name, ...cursor, shares: shares.length }, 'writing events to ClickHouse');
      messagesWritten = 0;
      uncounted.length = 0;
      counting = Promise.resolve();
      reader = await openReader({
        nats,
        stream: stream.name,
        filterSubject: SINK_FILTER,
        startSequence: cursor.sequence,
      });
      metrics.shares.set(shares.length);
      const limits = { shares, maxRows: batchRows };
      let batch = await readBatch(reader, limits);
      while (!signal.aborted && !claim.isStale) {
        // The next one is read while this one is written: at most two are in memory.
        [cursor, batch] = await bothSettled(write(cursor, batch, shares), readBatch(reader, limits));
        onProgress();
      }
      await counting;
      if (uncounted.length > 0) await count(shares);
    } catch (error) {
      // Nobody may write while a count is still under way, nor while one may be that gave no answer.
      isInDoubt = [error, await failureOf(counting)].some(isWriteInDoubt);
      throw error;
    } finally {
      metrics.shares.set(0);
      await reader?.close().catch((error: unknown) => logger.debug({ err: error }, 'left a consumer behind in NATS'));
      reader = undefined;
      // What may still be running must be over before anybody, here or elsewhere, looks at what is written: a lease outlasts
      // every statement.
      if (isInDoubt) await claim.abandon();
    }
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
    name: SINK,
    async start() {
      await claim.start();
      stopping = new AbortController();
      loop = workForever(stopping.signal);
    },
    async stop() {
      stopping.abort();
      reader?.stop();
      await loop;
      await claim.stop();
      writtenTo = undefined;
    },
  };
}

/** Fails as the first that failed, but not before the other has ended: nobody may write while a write is still under way. */
async function bothSettled<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

function isWriteInDoubt(error: unknown): boolean {
  return error instanceof SinkError && error.code === 'WRITE_IN_DOUBT';
}

async function storedMessage(nats: NatsPart, seq: number): Promise<Parkable | undefined> {
  const stored = await nats.manager.streams.getMessage(EVENTS.name, { seq });
  if (!stored) return undefined;
  return { subject: stored.subject, seq, headers: stored.header, data: stored.data, info: { stream: EVENTS.name } };
}

async function streamState(nats: NatsPart): Promise<StreamState> {
  const { config, created, state } = await nats.manager.streams.info(EVENTS.name);
  return {
    name: config.name,
    created,
    lastSequence: state.last_seq,
    timeAt: async (sequence) => (await nats.manager.streams.getMessage(EVENTS.name, { seq: sequence }))?.time.getTime(),
  };
}

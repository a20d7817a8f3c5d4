import { Pool, type PoolClient, type QueryResult } from 'pg';
import type { EventBus, StoredEvent } from '#platform/events/bus.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { LastWrites } from './lastWrites.ts';
import { WRITTEN } from './replica.ts';

/** Brings what transactions left in the outbox to the stream. */
export interface OutboxRelay extends Part {
  /** Something was committed: look now instead of at the next poll. */
  wake(): void;
}

/** Webhooks and requests wait while a batch is made into messages of the stream: some milliseconds, and no more. */
const BATCH = 100;
const POLL_MS = 100;
/**
 * Where something is committed all the time, a batch begins so long after the one before, so that what is committed meanwhile leaves together:
 * a batch costs two round trips and a disk flush, whether it has one event or a hundred. What is committed after a pause leaves at once.
 */
const BATCH_EVERY_MS = 25;
/** How long to leave it to the process that has the lock. */
const NOT_LEADER_MS = 1_000;

/** A row without an event says that there was none. */
interface Taken {
  readonly held: boolean;
  readonly event: StoredEvent | null;
  readonly age: number | null;
}

/**
 * Begins a transaction that holds the lock and has deleted a batch, if nobody else has the lock. Several statements travel
 * together when they have no parameters. What another process deleted until it let go of the lock is passed over.
 */
function takeBatch(context: string): string {
  return `begin;
    with lock as materialized (select pg_try_advisory_xact_lock(hashtextextended('relay:${context}', 0)) as held),
    batch as (
      delete from ${context}.outbox
      where seq in (select seq from ${context}.outbox where (select held from lock) order by seq limit ${BATCH})
      returning seq, event, created_at
    )
    select held, event, extract(epoch from clock_timestamp() - created_at)::float8 as age
    from lock left join batch on true order by seq`;
}

/**
 * One process at a time publishes, in the order of `seq`, and deletes a row only in a transaction that commits after the
 * stream has it. A crash between the two publishes again; the stream drops the repetition by its id.
 *
 * The lock belongs to the transaction and not to the connection, so it works behind PgBouncer and nothing has to be
 * cleaned up. Polling is the truth, `wake` only makes it quick: a commit by another process is found within 100 ms.
 *
 * @param options.url The relay role's address.
 */
export function createOutboxRelay(options: {
  readonly context: string;
  readonly url: string;
  readonly bus: EventBus;
  /** Where there is a replica: whoever hears of an event and reads then has to see what it tells. */
  readonly lastWrites?: LastWrites | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): OutboxRelay {
  const { context, bus } = options;
  const logger = options.logger.child({ relay: context });
  const relayed = options.metrics.counter('switchboard_outbox_relayed_total', 'Events brought to the stream', [
    'context',
  ]);
  const failures = options.metrics.counter('switchboard_outbox_failures_total', 'Batches that will be tried again', [
    'context',
  ]);
  const lag = options.metrics.gauge('switchboard_outbox_lag_seconds', 'Age of the oldest event relayed last', [
    'context',
  ]);
  let pool: Pool | undefined;
  let stopping = new AbortController();
  let waking = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  /**
   * One batch in one transaction: how many rows, or undefined when another process has the lock.
   *
   * @param expected That there is something to find; else a look that costs no transaction comes first.
   */
  async function relayBatch(from: Pool, expected: boolean): Promise<number | undefined> {
    const client = await from.connect();
    let broken = false;
    try {
      // By the index: the table itself is full of rows that are deleted and not yet cleared away.
      const look = `select from ${context}.outbox order by seq limit 1`;
      if (!expected && (await client.query(look)).rowCount === 0) return 0;
      const [, taken] = (await client.query(takeBatch(context))) as unknown as QueryResult<Taken>[];
      const rows = taken?.rows ?? [];
      if (!rows[0]?.held) {
        await client.query('rollback');
        return undefined;
      }
      const events = rows.flatMap(({ event }) => event ?? []);
      await noteWrites(client, events);
      await bus.publish(events);
      await client.query('commit');
      relayed.inc({ context }, events.length);
      if (rows[0].age !== null) lag.set({ context }, rows[0].age);
      return events.length;
    } catch (error) {
      // A connection that is dropped rolls back: the rows stay where they are.
      broken = true;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** All of the events were committed before this moment. */
  async function noteWrites(client: PoolClient, events: readonly StoredEvent[]): Promise<void> {
    if (!options.lastWrites || events.length === 0) return;
    const found = await client.query<{ position: number }>(`select ${WRITTEN} as position`);
    const companyIds = [...new Set(events.map(({ companyId }) => companyId))];
    await options.lastWrites.note(companyIds, found.rows[0]?.position ?? 0);
  }

  async function relayForever(from: Pool): Promise<void> {
    for (let failed = 0, expected = false; !stopping.signal.aborted;) {
      waking = new AbortController();
      const beganAt = performance.now();
      try {
        const count = await relayBatch(from, expected);
        failed = 0;
        expected = count === BATCH;
        if (expected) continue;
        if (count === undefined) {
          await pause(NOT_LEADER_MS, stopping.signal);
        } else {
          await pause(POLL_MS, AbortSignal.any([stopping.signal, waking.signal]));
          await pause(Math.max(0, beganAt + BATCH_EVERY_MS - performance.now()), stopping.signal);
          expected = waking.signal.aborted;
        }
      } catch (error) {
        failed += 1;
        expected = false;
        failures.inc({ context });
        logger.warn({ err: error, failed }, 'the outbox could not be relayed, will try again');
        await pause(backoff(failed, { capMs: 2_000 }), stopping.signal);
      }
    }
  }

  return {
    name: `outbox relay ${context}`,
    wake: () => waking.abort(),
    async start() {
      stopping = new AbortController();
      pool = new Pool({
        connectionString: options.url,
        max: 1,
        connectionTimeoutMillis: 5_000,
        statement_timeout: 15_000,
        // The server's limit does not help when the network between is gone.
        query_timeout: 20_000,
        keepAlive: true,
        application_name: `switchboard-${context}-relay`,
      });
      // On the connection as well: the pool listens to those that nobody uses, and an error without a listener ends the process.
      const lost = (error: Error): void => logger.warn({ err: error }, 'the relay lost its connection');
      pool.on('error', lost);
      pool.on('connect', (client) => client.on('error', lost));
      loop = relayForever(pool);
    },
    async stop() {
      stopping.abort();
      await loop;
      await pool?.end();
      pool = undefined;
    },
  };
}

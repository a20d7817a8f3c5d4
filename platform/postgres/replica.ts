import { Pool, type PoolClient } from 'pg';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { PoolOptions } from './database.ts';
import type { LastWrites } from './lastWrites.ts';

export interface Replica extends Part {
  /**
   * A connection to a server that has replayed every write of the company which anybody was told of. Undefined when there is
   * none: then the primary has to be read.
   */
  connect(companyId: string): Promise<PoolClient | undefined>;
}

/** Further behind, it is left alone also for companies of which nothing is noted. */
const MAX_LAG_MS = 5_000;
const LOOK_EVERY_MS = 500;
/** To ask the primary instead takes less. */
const CONNECT_LIMIT_MS = 500;

/** The end of what a server has written, or replayed, of the log: `select ${WRITTEN} as position`. */
export const WRITTEN = `(pg_current_wal_lsn() - '0/0')::float8`;
const REPLAYED = `(pg_last_wal_replay_lsn() - '0/0')::float8`;

/**
 * A streaming replica that reads go to for as long as it answers and keeps up.
 *
 * @param options.written Where the primary's log ends now.
 */
export function createReplica(options: {
  readonly context: string;
  readonly url: string;
  readonly pool: PoolOptions;
  readonly lastWrites: LastWrites;
  readonly written: () => Promise<number>;
  readonly onConnect: (client: PoolClient) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Replica {
  const { context, lastWrites, logger, metrics } = options;
  const reads = metrics.counter(
    'switchboard_postgres_replica_reads_total',
    'Requests by where they were read: the replica, or the primary and why',
    ['context', 'outcome'],
  );
  const lag = metrics.gauge('switchboard_postgres_replica_lag_seconds', 'How far the replica is behind', ['context']);
  let pool: Pool | undefined;
  let stopping = new AbortController();
  let watch: Promise<void> = Promise.resolve();
  let state: 'ready' | 'away' | 'lagging' = 'away';

  function become(next: typeof state, cause?: unknown): void {
    if (next !== state) logger.warn({ context, replica: next, err: cause }, `the replica is ${next}`);
    state = next;
  }

  async function replayed(from: Pool | PoolClient): Promise<number> {
    const { rows } = await from.query<{ position: number }>(`select ${REPLAYED} as position`);
    return rows[0]?.position ?? 0;
  }

  /** What the primary had written when: as soon as the replica has replayed it, it is forgotten. */
  async function keepWatch(replica: Pool): Promise<void> {
    let behind: { readonly position: number; readonly at: number }[] = [];
    while (!stopping.signal.aborted) {
      try {
        const at = Date.now();
        behind.push({ position: await options.written(), at });
        const reached = await replayed(replica);
        behind = behind.filter(({ position }) => position > reached);
        const behindMs = Date.now() - (behind[0]?.at ?? Date.now());
        lag.set({ context }, behindMs / 1_000);
        become(behindMs > MAX_LAG_MS ? 'lagging' : 'ready');
      } catch (error) {
        become('away', error);
      }
      await pause(LOOK_EVERY_MS, stopping.signal);
    }
  }

  async function connectTo(replica: Pool, position: number): Promise<PoolClient | undefined> {
    const client = await replica.connect();
    try {
      // Before the transaction begins: what is replayed after its snapshot it does not see. Asked also where nothing has to
      // be there, since it shows whether the connection still is.
      if ((await replayed(client)) >= position) return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
    client.release();
    return undefined;
  }

  return {
    name: `replica of ${context}`,
    async connect(companyId) {
      function count(outcome: string): undefined {
        reads.inc({ context, outcome });
        return undefined;
      }
      if (!pool || state !== 'ready') return count(state);
      let position: number;
      try {
        position = (await lastWrites.of(companyId)) ?? 0;
      } catch {
        return count('unknown');
      }
      try {
        const client = await connectTo(pool, position);
        count(client ? 'replica' : 'behind');
        return client;
      } catch (error) {
        become('away', error);
        return count('away');
      }
    },
    async start() {
      stopping = new AbortController();
      pool = new Pool({
        connectionString: options.url,
        max: options.pool.max,
        idleTimeoutMillis: options.pool.idleTimeoutMs,
        connectionTimeoutMillis: CONNECT_LIMIT_MS,
        statement_timeout: options.pool.statementTimeoutMs,
        idle_in_transaction_session_timeout: options.pool.statementTimeoutMs * 2,
        query_timeout: options.pool.statementTimeoutMs * 2,
        application_name: `switchboard-${context}-replica`,
        keepAlive: true,
      });
      // An error without a listener would end the process.
      const lost = (error: Error): void => become('away', error);
      pool.on('error', lost);
      pool.on('connect', (client) => {
        client.on('error', lost);
        options.onConnect(client);
      });
      watch = keepWatch(pool);
    },
    async stop() {
      stopping.abort();
      await watch;
      await pool?.end();
      pool = undefined;
    },
  };
}

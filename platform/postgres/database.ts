import { MikroORM, type EntityManager, type Options } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { types, type Pool, type PoolClient, type QueryResult } from 'pg';
import { createEvent, type AnyEvent, type Catalogue, type NewEvent } from '#platform/events/catalogue.ts';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Check, Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { DatabaseError } from './errors.ts';
import { appendToOutbox } from './outbox.ts';
import type { LastWrites } from './lastWrites.ts';
import { createStatementNames, prepareStatements, WRITE_PLANS } from './preparedStatements.ts';
import { createReadSession, type ReadSession } from './readSession.ts';
import { createReplica, WRITTEN } from './replica.ts';
import { compile, type Sql } from './sql.ts';

/** One write: everything in it becomes true together, the events included. */
export interface WriteTransaction<C extends Catalogue> {
  readonly em: EntityManager;
  readonly sql: Sql;
  /**
   * Tells the other contexts, when and if this transaction commits, in the order of the calls.
   *
   * @throws EventError when the event does not fit the catalogue.
   */
  readonly publish: (event: NewEvent<C>) => void;
}

export interface Database<C extends Catalogue> extends Part {
  readonly check: Check;
  /** What one request of a company reads; close it when the request ends. `query`: see {@link createReadSession}. */
  session(companyId: string, query?: string): ReadSession;
  /**
   * One read that is bound to no company, by a function of the schema that may answer for any: it is how a company is
   * found in the first place. Every table is closed to it.
   */
  lookup<T>(query: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * One statement that is bound to no company and may write, by a function of the schema that acts for all of them.
   * Every table is closed to it. It is not tried again.
   */
  readonly across: Sql;
  /**
   * One transaction bound to the company, at READ COMMITTED. It is tried again, at most 3 times, when PostgreSQL ends it
   * for a deadlock or a serialization failure: `work` must not act on anything outside.
   */
  write<T>(companyId: string, work: (transaction: WriteTransaction<C>) => Promise<T>): Promise<T>;
  /** Tells every statement that is sent, transaction control included. Returns how to stop it. */
  onStatement(listener: (text: string) => void): () => void;
}

export interface ReplicaOptions {
  /** As the context's own role, as on the primary. */
  readonly url: string;
  readonly lastWrites: LastWrites;
}

export interface PoolOptions {
  readonly max: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /**
   * False behind a pooler that gives a client another connection for each transaction, and does not know what was prepared on it.
   *
   * @default true
   */
  readonly preparesStatements?: boolean;
}

const WRITE_TRIES = 4;
const START_LIMIT_MS = 10_000;
/** Deadlock, serialization failure. */
const retriedStates = new Set(['40P01', '40001']);
/** No company has this id, so no row is this company's. */
const NO_COMPANY = '00000000-0000-0000-0000-000000000000';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A context's own schema, as its unprivileged role. The connection pool is bounded: who finds it empty waits
 * `connectTimeoutMs` and then fails.
 *
 * @param options.wakeRelay Called after each commit that left events in the outbox.
 */
export function createDatabase<C extends Catalogue>(options: {
  readonly context: string;
  readonly url: string;
  readonly entities: NonNullable<Options['entities']>;
  readonly pool: PoolOptions;
  readonly catalogue: C;
  readonly wakeRelay?: () => void;
  /** A streaming replica for reads, and where processes tell each other how far it has to be. @default the primary is read */
  readonly replica?: ReplicaOptions | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Database<C> {
  const { context, catalogue, metrics, logger } = options;
  const listeners = new Set<(text: string) => void>();
  const names = createStatementNames();
  const retries = metrics.counter('switchboard_postgres_retries_total', 'Transactions tried again', ['context']);
  metrics.gauge('switchboard_postgres_connections', 'Connections of the pool', ['context', 'state'], (gauge) => {
    gauge.set({ context, state: 'open' }, pool?.totalCount ?? 0);
    gauge.set({ context, state: 'idle' }, pool?.idleCount ?? 0);
    gauge.set({ context, state: 'awaited' }, pool?.waitingCount ?? 0);
  });
  let orm: MikroORM | undefined;
  let pool: Pool | undefined;
  const replica =
    options.replica &&
    createReplica({
      context,
      ...options.replica,
      pool: options.pool,
      written: endOfLog,
      onConnect: dress,
      logger,
      metrics,
    });

  /** Statements are told as they are written, and sent by the name that they have. */
  function dress(client: PoolClient): void {
    if (options.pool.preparesStatements !== false) prepareStatements(client, names);
    reportStatements(client, listeners);
  }

  function opened(): { orm: MikroORM; pool: Pool } {
    if (!orm || !pool) throw DatabaseError.notStarted(context);
    return { orm, pool };
  }

  /** Where the log ends now: behind everything that is committed. */
  async function endOfLog(): Promise<number> {
    const { rows } = await opened().pool.query<{ position: number }>(`select ${WRITTEN} as position`);
    return rows[0]?.position ?? 0;
  }

  /** Afterwards whoever reads, here or elsewhere, sees what was written. */
  async function noteWrite(companyId: string): Promise<void> {
    try {
      await options.replica?.lastWrites.note([companyId], await endOfLog());
    } catch (error) {
      // It is committed all the same.
      logger.warn({ err: error, context }, 'where a write ends is not known: a replica may show what was before it');
    }
  }

  async function writeOnce<T>(companyId: string, work: (transaction: WriteTransaction<C>) => Promise<T>): Promise<T> {
    const em = opened().orm.em.fork({ session: { variables: { 'app.company_id': companyId, ...WRITE_PLANS } } });
    const events: AnyEvent<C>[] = [];
    const sql: Sql = async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) => {
      const { text, values: parameters } = compile(strings, values);
      const result = await em.getKysely().executeQuery<Row>(CompiledQuery.raw(text, parameters));
      return result.rows;
    };
    await em.begin();
    try {
      const result = await work({ em, sql, publish: (event) => events.push(createEvent(catalogue, companyId, event)) });
      await em.flush();
      if (events.length > 0) await appendToOutbox(sql, context, companyId, events);
      await em.commit();
      await noteWrite(companyId);
      if (events.length > 0) options.wakeRelay?.();
      return result;
    } catch (error) {
      await em.rollback().catch((cause: unknown) => logger.debug({ err: cause }, 'rollback after a lost connection'));
      throw error;
    }
  }

  return {
    name: `postgres ${context}`,
    async check() {
      await opened().pool.query('select 1');
    },
    session(companyId, query) {
      assertCompany(companyId);
      return createReadSession(
        async () => (await replica?.connect(companyId)) ?? opened().pool.connect(),
        companyId,
        query,
      );
    },
    async lookup(query) {
      const session = createReadSession(() => opened().pool.connect(), NO_COMPANY);
      try {
        return await session.read(query);
      } finally {
        await session.close();
      }
    },
    async across<Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) {
      const result = await opened().pool.query<Row>(compile(strings, values));
      return result.rows;
    },
    async write(companyId, work) {
      assertCompany(companyId);
      for (let attempt = 1; ; attempt++) {
        try {
          return await writeOnce(companyId, work);
        } catch (error) {
          if (attempt >= WRITE_TRIES || !isRetried(error)) throw error;
          retries.inc({ context });
          await pause(backoff(attempt, { baseMs: 20 }));
        }
      }
    },
    onStatement(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      orm = await MikroORM.init({
        clientUrl: options.url,
        schema: context,
        entities: options.entities,
        discovery: { warnWhenNoEntities: false },
        pool: { max: options.pool.max, idleTimeoutMillis: options.pool.idleTimeoutMs },
        driverOptions: {
          connectionTimeoutMillis: options.pool.connectTimeoutMs,
          statement_timeout: options.pool.statementTimeoutMs,
          // A transaction whose process hangs must not keep its locks.
          idle_in_transaction_session_timeout: options.pool.statementTimeoutMs * 2,
          application_name: `switchboard-${context}`,
          keepAlive: true,
          onPoolCreated(created: Pool) {
            // MikroORM asks for timestamps as text; both it and `sql` are better served by Date.
            created.options.types = types;
            created.on('connect', (client) => {
              dress(client);
              sendBeginAlong(client);
            });
          },
        },
        logger: (message) => logger.debug({ context }, message),
      });
      pool = await (orm.em.getConnection() as unknown as { getNativeClient(): Promise<Pool> }).getNativeClient();
      await answers(pool, context);
      await replica?.start();
    },
    async stop() {
      await replica?.stop();
      const open = orm;
      orm = undefined;
      pool = undefined;
      await open?.close(true);
    },
  };
}

function assertCompany(companyId: string): void {
  if (!uuid.test(companyId)) throw DatabaseError.notACompany(companyId);
}

function isRetried(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && retriedStates.has(current.code)) return true;
  }
  return false;
}

async function answers(pool: Pool, context: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query('select 1');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw DatabaseError.unreachable(context, error);
      await pause(backoff(attempt, { capMs: 1_000 }));
    }
  }
}

function reportStatements(client: PoolClient, listeners: ReadonlySet<(text: string) => void>): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  Object.assign(client, {
    query(...args: [string | { readonly text: string }, ...unknown[]]) {
      const [statement] = args;
      for (const listener of listeners) listener(typeof statement === 'string' ? statement : statement.text);
      return query(...args);
    },
  });
}

type Query = (...args: [text: unknown, values?: readonly unknown[], ...more: unknown[]]) => Promise<QueryResult>;

/**
 * Nobody waits for what `begin` answers: it travels with the statement after it, which in our transactions binds them to a
 * company. One round trip less for each.
 */
function sendBeginAlong(client: PoolClient): void {
  const query = client.query.bind(client) as Query;
  let begun = false;

  async function begin(...[text, values, ...more]: Parameters<Query>): Promise<QueryResult> {
    if (typeof text !== 'string' || (values && values.length > 0)) {
      await query('begin');
      return query(text, values, ...more);
    }
    const results = (await query(`begin; ${text}`)) as unknown as readonly QueryResult[];
    return results.at(-1) ?? noRows;
  }

  function joined(...args: Parameters<Query>): ReturnType<Query> {
    const [text] = args;
    const beginning = begun;
    begun = text === 'begin';
    if (begun) return Promise.resolve(noRows);
    return beginning ? begin(...args) : query(...args);
  }
  Object.assign(client, { query: joined });
}

const noRows: QueryResult = { command: 'BEGIN', rowCount: null, oid: 0, fields: [], rows: [] };

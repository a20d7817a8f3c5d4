import type { PoolClient, QueryResult } from 'pg';
import { DatabaseError } from './errors.ts';
import { KEYED_READ_PLANS, READ_PLANS } from './preparedStatements.ts';
import { compile, type Sql } from './sql.ts';

type Query<T> = (sql: Sql, first: readonly object[]) => Promise<T>;
type Plans = typeof READ_PLANS | typeof KEYED_READ_PLANS;

/** One request's view of one company's data. */
export interface ReadSession {
  /**
   * Runs reads on the request's snapshot. Calls wait for each other: the request holds one connection, not one a loader.
   * `first` is what the session's own query found on the same snapshot.
   */
  read<T>(query: Query<T>): Promise<T>;
  /**
   * The same for what finds rows by their keys alone, such as what live updates show: as long as nothing else is read, it is planned once for
   * all values.
   */
  readByKey<T>(query: Query<T>): Promise<T>;
  /** Ends the snapshot, so that a later read sees what a write of the same request has changed. */
  refresh(): Promise<void>;
  /** Gives the connection back; later reads are refused. */
  close(): Promise<void>;
}

/**
 * Opens at the first read, so that a request that reads nothing takes no connection. All reads share one read-only
 * transaction at REPEATABLE READ: a page and the figures beside it are of one moment.
 *
 * @param connect Takes a connection for one snapshot; `refresh` has it taken anew.
 * @param companyId A UUID, checked by the caller: it stands in the text of the first statement.
 * @param query What every read of the session has to know first, as text without parameters: it costs no round trip.
 */
export function createReadSession(
  connect: () => Promise<PoolClient>,
  companyId: string,
  query = 'select',
): ReadSession {
  let client: PoolClient | undefined;
  let plans: Plans = READ_PLANS;
  let first: readonly object[] = [];
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const sql: Sql = async <Row extends object>(strings: TemplateStringsArray, ...values: unknown[]) => {
    if (!client) throw DatabaseError.sessionClosed();
    const result = await client.query<Row>(compile(strings, values));
    return result.rows;
  };

  async function open(wanted: Plans): Promise<void> {
    client = await connect();
    plans = wanted;
    // One round trip for all: the simple protocol takes several statements when there are no parameters.
    const results = (await client.query(
      `begin isolation level repeatable read read only; select set_config('app.company_id', '${companyId}', true), ${settings(plans)}; ${query}`,
    )) as unknown as readonly QueryResult<object>[];
    first = results.at(-1)?.rows ?? [];
  }

  /** What is found by keys is found in whatever way other reads are planned too. */
  async function planFor(wanted: Plans): Promise<void> {
    if (!client || wanted === plans || wanted === KEYED_READ_PLANS) return;
    await client.query(`select ${settings(wanted)}`);
    plans = wanted;
  }

  async function release(): Promise<void> {
    const open = client;
    client = undefined;
    if (!open) return;
    try {
      await open.query('commit');
      open.release();
    } catch {
      // What cannot commit a read is broken or stuck: the pool must not hand it out again.
      open.release(true);
    }
  }

  /** In turn: a connection answers one query at a time. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  function readAs<T>(wanted: Plans, work: Query<T>): Promise<T> {
    return inTurn(async () => {
      if (closed) throw DatabaseError.sessionClosed();
      try {
        if (client) await planFor(wanted);
        else await open(wanted);
        return await work(sql, first);
      } catch (error) {
        // A failed statement ends the transaction for all that follow; the next read begins a new one.
        await release();
        throw error;
      }
    });
  }

  return {
    read: (work) => readAs(READ_PLANS, work),
    readByKey: (work) => readAs(KEYED_READ_PLANS, work),
    refresh: () => inTurn(release),
    close: () =>
      inTurn(async () => {
        closed = true;
        await release();
      }),
  };
}

function settings(plans: Plans): string {
  return Object.entries(plans)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
}

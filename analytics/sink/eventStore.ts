import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { insertBlock, oneBlock, select, settingsClause } from '../clickhouse/statements.ts';
import { measures, rollups, type Rollup } from '../rollups.ts';
import type { Erasure } from './erasure.ts';
import { SinkError } from './errors.ts';
import { nobody, type EventRow } from './eventRow.ts';
import { epochOf, positionOf, sequenceOf } from './position.ts';

/** Longest that one statement of the sink may run: what is in doubt now is certain this much later. */
export const STATEMENT_LIMIT_MS = 4_000;
const limits = { seconds: STATEMENT_LIMIT_MS / 1_000, bytes: 2_000_000_000 };

/** Ids looked up by one statement: its parameter stays below what servers take as one form field (128 KiB). */
const LOOKUP_SIZE = 2_000;

/** A stream as it is now, and a way to look into it. */
export interface StreamState {
  readonly name: string;
  /** When it was created: a stream made again under its name counts from 1 again. */
  readonly created: string;
  readonly lastSequence: number;
  /** The id of the event at a place, undefined when the stream holds it no longer. */
  eventIdAt(sequence: number): Promise<string | undefined>;
}

/** Where the stream has to be read from. */
export interface Cursor {
  readonly epoch: number;
  readonly sequence: number;
}

export interface PlacedRow {
  readonly sequence: number;
  readonly row: EventRow;
}

/** ClickHouse as the sink sees it. One writer at a time; see {@link createLease}. */
export interface EventStore {
  /**
   * Completes what an earlier writer left half done, and says where to go on. What is read again from there is recognised
   * by {@link EventStore.append}. A stream that is not the one read so far, or lost its end, begins a new epoch.
   */
  resume(stream: StreamState): Promise<Cursor>;
  /**
   * Writes what follows `cursor`, in the order of the stream: rows, then every rollup. Rows whose ids are written are
   * left out. After a failure, `resume`; nothing is counted twice, and nothing is left out. After SinkError
   * `WRITE_IN_DOUBT`, not before {@link STATEMENT_LIMIT_MS}.
   *
   * @returns how many rows were new
   */
  append(cursor: Cursor, batch: readonly PlacedRow[]): Promise<number>;
  /**
   * Takes contacts' ids from the rows that are written. ClickHouse does it behind this call, and keeps in mind to do it. The
   * figures stay: no rollup knows contacts.
   *
   * @returns how many rows had them
   */
  forget(erasure: Pick<Erasure, 'companyId' | 'contactIds'>): Promise<number>;
}

/**
 * The rule that makes every event count once, without transactions and without deduplication windows (the engine's log of
 * block ids is written before the part that it speaks for, so a crash between the two would drop the retry):
 * - an insert is one block, which becomes one atomic part per partition;
 * - events are recognised by their ids;
 * - a rollup's partition says in the same part as its sums up to which position it has counted, and takes from
 *   `analytics.events` only what lies beyond. Positions enter `analytics.events` in ascending order, partition by partition.
 *
 * @param options.mayWrite Asked before each statement that writes; throws a SinkError when another may write now.
 */
export function createEventStore(
  client: ClickHouseClient,
  { mayWrite }: { readonly mayWrite: () => void },
): EventStore {
  async function insert(name: string, table: string, rows: readonly object[]): Promise<void> {
    mayWrite();
    await insertBlock(client, { name, table, rows, limits });
  }

  async function lastWritten() {
    const [last] = await select(client, {
      name: 'sink-resume',
      sql: `SELECT position, batch, event_id FROM analytics.events
        WHERE position = (SELECT max(position) FROM analytics.events) AND position > 0 LIMIT 1`,
      limits: { ...limits, seconds: 60 },
      row: z.object({ position: z.coerce.bigint(), batch: z.coerce.bigint(), event_id: z.string() }),
    });
    return last;
  }

  async function fillRollups(from: bigint): Promise<void> {
    for (const rollup of rollups) {
      mayWrite();
      await client.command({ query: fillStatement(rollup), query_params: { from: from.toString() } });
    }
  }

  async function lastStream() {
    const [last] = await select(client, {
      name: 'sink-epoch',
      sql: 'SELECT epoch, name, created FROM analytics.streams ORDER BY epoch DESC LIMIT 1',
      limits,
      row: z.object({ epoch: z.number(), name: z.string(), created: z.string() }),
    });
    return last;
  }

  async function beginEpoch(epoch: number, { name, created }: StreamState): Promise<Cursor> {
    await insert('sink-epoch', 'analytics.streams', [{ epoch, name, created }]);
    return { epoch, sequence: 1 };
  }

  async function writtenIds(batch: readonly PlacedRow[]): Promise<Set<string>> {
    const written = new Set<string>();
    for (let start = 0; start < batch.length; start += LOOKUP_SIZE) {
      const rows = batch.slice(start, start + LOOKUP_SIZE).map(({ row }) => row);
      const times = rows.map(({ at }) => at).toSorted();
      const found = await select(client, {
        name: 'sink-known',
        sql: `SELECT company_id, event_id FROM analytics.events
          WHERE at BETWEEN {first:DateTime64(3, 'UTC')} AND {last:DateTime64(3, 'UTC')}
          AND event_id IN {ids:Array(UUID)}`,
        params: { first: times[0], last: times.at(-1), ids: rows.map(({ event_id: id }) => id) },
        limits,
        row: z.object({ company_id: z.string(), event_id: z.string() }),
      });
      for (const row of found) written.add(idOf(row));
    }
    return written;
  }

  return {
    resume: (stream) =>
      answered(async () => {
        const last = await lastWritten();
        if (last) await fillRollups(last.batch);
        const { epoch, name, created } = (await lastStream()) ?? { epoch: 0, name: undefined, created: undefined };
        if (name !== stream.name || created !== stream.created) return beginEpoch(epoch + 1, stream);
        if (!last || epochOf(last.position) !== epoch) return { epoch, sequence: 1 };
        if (!(await holds(stream, sequenceOf(last.position), last.event_id))) return beginEpoch(epoch + 1, stream);
        return { epoch, sequence: sequenceOf(last.batch) };
      }),

    append: (cursor, batch) =>
      answered(async () => {
        const written = await writtenIds(batch);
        const first = positionOf(cursor.epoch, cursor.sequence).toString();
        const rows: object[] = [];
        for (const { sequence, row } of batch) {
          const id = idOf(row);
          if (written.has(id)) continue;
          written.add(id);
          rows.push({ ...row, position: positionOf(cursor.epoch, sequence).toString(), batch: first });
        }
        await insert('sink-events', 'analytics.events', rows);
        // Also without new rows: those of an earlier attempt may not be in the rollups yet.
        await fillRollups(positionOf(cursor.epoch, cursor.sequence));
        return rows.length;
      }),

    forget: ({ companyId, contactIds }) =>
      answered(async () => {
        const params = { company: companyId, contacts: contactIds };
        const where = 'company_id = {company:UUID} AND contact_id IN {contacts:Array(UUID)}';
        const [found] = await select(client, {
          name: 'sink-forget',
          sql: `SELECT count() AS rows FROM analytics.events WHERE ${where}`,
          params,
          limits,
          row: z.object({ rows: z.coerce.number() }),
        });
        if (!found?.rows) return 0;
        mayWrite();
        await client.command({
          query: `ALTER TABLE analytics.events UPDATE contact_id = '${nobody}' WHERE ${where}`,
          query_params: params,
        });
        return found.rows;
      }),
  };
}

/** Tells a failure that ClickHouse reported, after which nothing runs, from an answer that never came. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // By shape and not by class: the embedded engine brings its own copy of the client's errors.
    if (error instanceof SinkError || (error instanceof Error && 'code' in error && 'type' in error)) throw error;
    throw SinkError.inDoubt(error);
  }
}

/** A server that lost its last writes, or was restored from a copy, gives the same sequences to other events. */
async function holds(stream: StreamState, sequence: number, eventId: string): Promise<boolean> {
  if (sequence > stream.lastSequence) return false;
  const there = await stream.eventIdAt(sequence);
  return there === undefined || there === eventId;
}

function idOf(row: { readonly company_id: string; readonly event_id: string }): string {
  return `${row.company_id} ${row.event_id}`;
}

/** Brings a rollup up to what `analytics.events` holds from position `from` on: each partition from where it stands. */
function fillStatement({ table, bucketOf }: Rollup): string {
  const columns = Object.entries(measures).map(([name, expression]) => `${expression} AS ${name}`);
  return `INSERT INTO ${table}
    (company_id, bucket, platform, channel_id, agent_id, team_id, ${Object.keys(measures).join(', ')}, last_position)
    WITH counted AS (
      SELECT toYYYYMM(bucket) AS month, max(last_position) AS upto
      FROM ${table} WHERE last_position >= {from:UInt64} GROUP BY month
    )
    SELECT company_id, ${bucketOf} AS bucket, platform, channel_id, agent_id, team_id, ${columns.join(', ')},
      max(position) AS last_position
    FROM analytics.events LEFT JOIN counted ON toYYYYMM(at) = counted.month
    WHERE position >= {from:UInt64} AND position > counted.upto
    GROUP BY company_id, bucket, platform, channel_id, agent_id, team_id
    ${settingsClause('sink-rollup', limits, { ...oneBlock, join_use_nulls: 0, async_insert: 0 })}`;
}

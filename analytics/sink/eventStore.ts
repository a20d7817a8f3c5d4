import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Layout } from '../clickhouse/ddl.ts';
import { insertBlock, insertLines, select } from '../clickhouse/statements.ts';
import type { TellChanges } from '../figures/changeTeller.ts';
import { expiryBy, readPlans, type Plans } from '../retention/plans.ts';
import { filled } from '../rollups.ts';
import { countedIn, together, type Counted, type Touched } from './countedIn.ts';
import type { Erasure } from './erasure.ts';
import { isReported, SinkError } from './errors.ts';
import { clickHouseTime, nobody, sampleRow, type EventRow, type PlacedRow } from './eventRow.ts';
import { createFilling, STEP } from './filling.ts';
import { createIds, type Ids } from './ids.ts';
import { lineColumns, linesOf, type Writing } from './lines.ts';
import { LOOKUP_SIZE, MONTHS_AT_ONCE, piecesOf } from './pieces.ts';
import { epochOf, positionOf, sequenceOf } from './position.ts';
import { refusedRows, type Refused } from './refused.ts';
import { shareOf } from './shares.ts';

/** Longest that one statement of who holds a lease may run: what is in doubt now is certain this much later. */
export const STATEMENT_LIMIT_MS = 4_000;
const BYTES_LIMIT = 2_000_000_000;
/** What says how far things are. */
const written = [
  'analytics.events',
  'analytics.checkpoints',
  'analytics.streams',
  ...new Set(filled.map(({ table }) => table)),
];

const knownRow = z.object({ company_id: z.string(), event_id: z.string(), position: z.coerce.bigint() });

/** For so long a company's plan is believed. */
export const PLAN_AGE_MS = 2_000;

/** A stream as it is now, and a way to look into it. */
export interface StreamState {
  readonly name: string;
  /** When it was created: a stream made again under its name counts from 1 again. */
  readonly created: string;
  readonly lastSequence: number;
  /** When the stream took the message at a place, in milliseconds; undefined when it holds it no longer. */
  timeAt(sequence: number): Promise<number | undefined>;
}

/** Where the stream has to be read from. */
export interface Cursor {
  readonly epoch: number;
  readonly sequence: number;
}

/** What cannot be read, and why it is no row. */
export interface LeftOut {
  readonly sequence: number;
  readonly companyId: string;
  readonly type: string;
}

/** What was read of the stream from a cursor on, up to and including the message `end`. */
export interface StreamPart {
  readonly rows: readonly PlacedRow[];
  readonly parked: readonly LeftOut[];
  readonly end: { readonly sequence: number; readonly time: number };
}

export interface Appended {
  readonly written: number;
  /** Their ids were written before. */
  readonly repeated: number;
}

/** What was appended and not yet counted. */
interface Uncounted {
  readonly from: bigint;
  /** See {@link Filling.fill}. */
  readonly steps: readonly bigint[];
  readonly counted: Counted;
  /** What the checkpoint will say of it. */
  readonly checkpoint: object;
}

/** ClickHouse as the sink sees it. Each share has one writer at a time; see {@link createClaim}. */
export interface EventStore {
  /**
   * Completes what an earlier writer of these shares left half done, and says where to go on. What is read again from there is
   * recognised by {@link EventStore.append}. A stream that is not the one read so far, or lost its end, begins a new epoch.
   */
  resume(stream: StreamState, shares: readonly number[]): Promise<Cursor>;
  /**
   * Writes the rows that follow `cursor`, in the order of the stream; of rows from many years some months at a time. Rows whose ids are
   * written are left out. What it wrote is counted with the next {@link EventStore.count}. After a failure, of this or that,
   * `resume`; nothing is counted twice, and nothing is left out. After SinkError `WRITE_IN_DOUBT`, not before a statement may run no longer.
   */
  append(cursor: Cursor, part: StreamPart): Promise<Appended>;
  /**
   * Brings every rollup up to what was appended since the last time, and then writes down that it is done for these shares. More may be
   * appended meanwhile, which is counted with the next one.
   */
  count(shares: readonly number[]): Promise<void>;
  /** Those of the rows that ClickHouse cannot read, after it has refused them; none when it is in trouble itself. */
  refused(rows: readonly PlacedRow[]): Promise<Refused<PlacedRow>>;
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
 * - a rollup's partition says in the same part as its sums up to which position it has counted each company, and takes from
 *   `analytics.events` only what lies beyond. Positions of a company enter a month of `analytics.events` in ascending order;
 * - a checkpoint is written when all before it is in every table, and so may be too early, but never too late.
 *
 * What a statement costs that counts is mostly its beginning. So rows of several batches may be written before they are counted, which is
 * the same to what comes after a crash as rows of one.
 *
 * @param options.statementLimitMs As {@link STATEMENT_LIMIT_MS}, where there is a lease.
 * @param options.mayWrite Asked before each statement that writes; rejects with a SinkError when another may write now.
 * @param options.tellChanges Told of figures when every rollup has them and no checkpoint says so yet: it may be told twice, and
 *   never too early or not at all.
 */
export function createEventStore(
  client: ClickHouseClient,
  options: {
    readonly layout: Layout;
    readonly statementLimitMs: number;
    readonly mayWrite: () => Promise<void>;
    readonly tellChanges: TellChanges;
  },
): EventStore {
  const { layout, statementLimitMs, mayWrite, tellChanges } = options;
  const limits = { seconds: statementLimitMs / 1_000, bytes: BYTES_LIMIT };
  /** Of what only looks: nobody has to wait for its end. */
  const resumeLimits = { ...limits, seconds: 60 };
  const filling = createFilling(client, { limits, resumeLimits, mayWrite });
  let plans: Plans = new Map();
  let plansReadAt = -Infinity;
  let uncounted: Uncounted | undefined;

  /** That of the rows that were written last, for the next ones. */
  let room: Buffer = Buffer.alloc(0);

  async function insert(name: string, table: string, rows: readonly object[]): Promise<void> {
    await mayWrite();
    await insertBlock(client, { name, table, rows, limits });
  }

  async function currentPlans(): Promise<Plans> {
    const now = performance.now();
    if (now - plansReadAt > PLAN_AGE_MS) {
      plans = await readPlans(client);
      plansReadAt = now;
    }
    return plans;
  }

  async function insertEvents(rows: readonly PlacedRow[], months: number, writing: Writing): Promise<void> {
    for (const some of portionsOf(rows, months)) {
      const lines = linesOf(some, writing, room);
      // Not before they are written for certain: what has failed may still be read.
      room = Buffer.alloc(0);
      await mayWrite();
      await insertLines(client, {
        name: 'sink-events',
        table: 'analytics.events',
        columns: lineColumns,
        lines,
        limits,
      });
      room = Buffer.from(lines.buffer);
    }
  }

  async function checkpointsOf(shares: readonly number[]) {
    return select(client, {
      name: 'sink-checkpoints',
      sql: `SELECT share, max(position) AS upto, toUnixTimestamp64Milli(argMax(message_at, position)) AS time
        FROM analytics.checkpoints WHERE share IN {shares:Array(UInt16)} GROUP BY share`,
      params: { shares },
      limits,
      row: z.object({ share: z.number(), upto: z.coerce.bigint(), time: z.coerce.number() }),
    });
  }

  /** What has come since, also what a writer before wrote of a batch that it did not finish. */
  async function touchedSince(from: bigint, shares: readonly number[]): Promise<Touched> {
    const found = await select(client, {
      name: 'sink-resume',
      sql: `SELECT company_id AS company, groupUniqArray(toYYYYMM(at)) AS months
        FROM analytics.events WHERE position > {from:UInt64} GROUP BY company_id`,
      params: { from: from.toString() },
      limits: resumeLimits,
      row: z.object({ company: z.string(), months: z.array(z.number()) }),
    });
    const mine = found.filter(({ company }) => shares.includes(shareOf(company)));
    return {
      companies: mine.map(({ company }) => company),
      months: [...new Set(mine.flatMap(({ months }) => months))].toSorted((a, b) => a - b),
      hasPresence: true,
    };
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

  /**
   * Where each of the rows stands whose id is written already. Events come about in the order of their time: of that of a batch little
   * is written before, all of which costs a tenth of a question with every id. Where it is more than the batch itself, the ids are asked.
   */
  async function writtenIds(batch: readonly PlacedRow[], { companies }: Pick<Touched, 'companies'>): Promise<Ids> {
    if (batch.length === 0) return createIds([]);
    const rows = batch.map(({ row }) => row);
    if (companies.length <= LOOKUP_SIZE) {
      const known = await select(client, {
        name: 'sink-known',
        sql: `SELECT company_id, event_id, position FROM analytics.events
          WHERE company_id IN {companies:Array(UUID)}
          AND at BETWEEN {first:DateTime64(3, 'UTC')} AND {last:DateTime64(3, 'UTC')}
          LIMIT {most:UInt32}`,
        params: { companies, ...timesOf(rows), most: batch.length + 1 },
        limits,
        row: knownRow,
      });
      if (known.length <= batch.length) return createIds(known);
    }
    return writtenOf(batch);
  }

  async function writtenOf(batch: readonly PlacedRow[]): Promise<Ids> {
    const ids = createIds([]);
    for (const some of piecesOf(batch, LOOKUP_SIZE)) {
      const rows = some.map(({ row }) => row);
      const { first, last } = timesOf(rows);
      const found = await select(client, {
        name: 'sink-known-ids',
        sql: `SELECT company_id, event_id, position FROM analytics.events
          WHERE company_id IN {companies:Array(UUID)}
          AND at BETWEEN {first:DateTime64(3, 'UTC')} AND {last:DateTime64(3, 'UTC')}
          AND event_id IN {ids:Array(UUID)}`,
        params: { companies: companiesOf(rows), first, last, ids: rows.map(({ event_id: id }) => id) },
        limits,
        row: knownRow,
      });
      for (const row of found) ids.add(row, row.position);
    }
    return ids;
  }

  return {
    resume: (stream, shares) =>
      answered(async () => {
        uncounted = undefined;
        for (const query of layout.catchUp(written)) await client.command({ query });
        const checkpoints = await checkpointsOf(shares);
        const isComplete = checkpoints.length === shares.length;
        const from = isComplete ? lowest(checkpoints.map(({ upto }) => upto)) : 0n;
        const touched = await touchedSince(from, shares);
        await filling.catchUp(from, touched);
        await tellChanges(touched.companies.map((companyId) => ({ companyId })));
        const { epoch, name, created } = (await lastStream()) ?? { epoch: 0, name: undefined, created: undefined };
        if (name !== stream.name || created !== stream.created) return beginEpoch(epoch + 1, stream);
        const read = checkpoints.filter(({ upto }) => epochOf(upto) === epoch);
        for (const { upto, time } of read) {
          if (!(await holds(stream, sequenceOf(upto), time))) return beginEpoch(epoch + 1, stream);
        }
        if (read.length < shares.length) return { epoch, sequence: 1 };
        return { epoch, sequence: sequenceOf(from) + 1 };
      }),

    append: (cursor, { rows: batch, parked, end }) =>
      answered(async () => {
        const start = positionOf(cursor.epoch, 0);
        const place = (sequence: number) => start + BigInt(sequence);
        const counted = countedIn(batch);
        const [known, expiry] = [await writtenIds(batch, counted), expiryBy(await currentPlans())];
        const today = new Date().toISOString().slice(0, 10);
        const rows: PlacedRow[] = [];
        const leftOut: object[] = [];
        const leave = (company_id: string, position: bigint, type: string, reason: string): void => {
          leftOut.push({ company_id, position: position.toString(), type, reason });
        };
        for (const { sequence, companyId, type } of parked) leave(companyId, place(sequence), type, 'PARKED');
        for (const placed of batch) {
          const { row } = placed;
          const position = place(placed.sequence);
          const before = known.positionOf(row);
          if (before === undefined) {
            known.add(row, position);
            rows.push(placed);
            if (expiry(row).expires_at <= today) leave(row.company_id, position, row.type, 'EXPIRED');
          } else if (before !== position) leave(row.company_id, position, row.type, 'REPEATED');
        }
        await insert('sink-left-out', 'analytics.left_out', leftOut);
        await insertEvents(rows, counted.months.length, { expiry, place });
        const messageAt = clickHouseTime(new Date(end.time).toISOString());
        // Also without new rows: those of an earlier attempt may not be in the rollups yet.
        uncounted = {
          from: uncounted?.from ?? place(cursor.sequence),
          steps: [...(uncounted?.steps ?? []), ...stepsOf(rows, end).map(place)],
          counted: uncounted ? together(uncounted.counted, counted) : counted,
          checkpoint: { position: place(end.sequence).toString(), message_at: messageAt },
        };
        return { written: rows.length, repeated: batch.length - rows.length };
      }),

    count: (shares) =>
      answered(async () => {
        if (uncounted === undefined) return;
        const { from, steps, counted, checkpoint } = uncounted;
        uncounted = undefined;
        await filling.fill(from, steps, counted);
        await tellChanges(counted.changes);
        await insert(
          'sink-checkpoints',
          'analytics.checkpoints',
          shares.map((share) => ({ share, ...checkpoint })),
        );
      }),

    refused: async (rows) => {
      const writing = { expiry: expiryBy(plans), place: BigInt };
      return refusedRows(client, {
        table: 'analytics.events',
        columns: lineColumns,
        rows,
        sample: { sequence: 1, row: sampleRow },
        linesOf: (some) => linesOf(some, writing, Buffer.alloc(0)),
        limits,
      });
    },

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
        await mayWrite();
        const update = `ALTER TABLE analytics.events UPDATE contact_id = '${nobody}' WHERE ${where}`;
        for (const query of layout.ddl(update)) await client.command({ query, query_params: params });
        return found.rows;
      }),
  };
}

/** Tells a failure that ClickHouse reported, after which nothing runs, from an answer that never came. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SinkError || isReported(error)) throw error;
    throw SinkError.inDoubt(error);
  }
}

/** A server that lost its last writes, or was restored from a copy, has other messages at the same places. */
async function holds(stream: StreamState, sequence: number, time: number): Promise<boolean> {
  if (sequence > stream.lastSequence) return false;
  const there = await stream.timeAt(sequence);
  // Nothing is known of the time where the checkpoint was made before times were kept.
  return there === undefined || time === 0 || Math.abs(there - time) <= 1;
}

/** What one statement writes at a time, of rows from so many months. */
function portionsOf(rows: readonly PlacedRow[], months: number): (readonly PlacedRow[])[] {
  if (rows.length === 0) return [];
  if (months <= MONTHS_AT_ONCE) return [rows];
  const ofMonths = Map.groupBy(rows, ({ row }) => row.at.slice(0, 7));
  return piecesOf([...ofMonths.values()], MONTHS_AT_ONCE).map((some) => some.flat());
}

/** Sequences up to the end of a part, {@link STEP} rows or fewer from each to the next. */
function stepsOf(rows: readonly PlacedRow[], end: StreamPart['end']): number[] {
  const within = piecesOf(rows, STEP).slice(0, -1);
  return [...within.flatMap((some) => some.at(-1)?.sequence ?? []), end.sequence];
}

function companiesOf(rows: readonly EventRow[]): string[] {
  return [...new Set(rows.map((row) => row.company_id))];
}

function timesOf(rows: readonly EventRow[]): { readonly first: string; readonly last: string } {
  let [first, last] = [rows[0]?.at ?? '', ''];
  for (const { at } of rows) {
    if (at < first) first = at;
    if (at > last) last = at;
  }
  return { first, last };
}

function lowest(positions: readonly bigint[]): bigint {
  return positions.reduce((least, position) => (position < least ? position : least));
}

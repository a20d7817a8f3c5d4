import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { pause } from '#platform/lifecycle/backoff.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse } from '#test/stack/index.ts';
import { oneServer } from '../clickhouse/ddl.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { migrations } from '../migrations/index.ts';
import type { TellChanges } from '../figures/changeTeller.ts';
import { eventOf, fact } from '../testing/facts.ts';
import { intercepted, type Call } from '../testing/intercepted.ts';
import { counts, once, unreliable } from '../testing/sinkHarness.ts';
import { eventRow, type PlacedRow } from './eventRow.ts';
import { allShares, shareOf } from './shares.ts';
import { createEventStore, type EventStore, type StreamState } from './eventStore.ts';

let engine: { client: ClickHouseClient; close(): Promise<void> };
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  engine = await testClickHouse();
  clickhouse = engine.client;
  await migrate(clickhouse, migrations, { logger: silentLogger });
});
afterAll(() => engine?.close());

/** Where readers have come to is kept by share, and each test's stream begins anew. */
beforeEach(async () => {
  for (const table of ['events', 'left_out', 'sums', 'checkpoints']) {
    await clickhouse.command({ query: `TRUNCATE TABLE analytics.${table} SYNC` });
  }
});

const TIMEOUT_EXCEEDED = '159';

let streams = 1_000;

/** A stream in memory: events of companies, in months that alternate, so that a batch touches several partitions. */
function streamOf(companies: string | readonly string[], length: number, created = '2026-01-01T00:00:00Z') {
  const rows = Array.from({ length }, (_, i): PlacedRow => {
    const at = new Date(Date.UTC(2026, (i * 5) % 3, 1 + (i % 28)));
    const companyId = typeof companies === 'string' ? companies : companies[i % companies.length];
    const row = eventRow(JSON.stringify(eventOf(companyId ?? '', fact('received', { at }))));
    if (!row) throw new Error('an event of a conversation has a row');
    return { sequence: i + 1, row };
  });
  const times = ++streams * 1_000_000_000;
  const state: StreamState = {
    name: 'EVENTS',
    created,
    lastSequence: length,
    timeAt: (sequence) => Promise.resolve(times + sequence),
  };
  return { rows, state };
}

/** ClickHouse for a process that dies after so many statements that write. */
function dyingAfter(statements: number): ClickHouseClient {
  let left = statements;
  return unreliable(clickhouse, () => left-- <= 0);
}

/** The same ClickHouse, which has no time for parts of more than twelve months in one statement. */
function shortOfTime(client: ClickHouseClient): ClickHouseClient {
  return withStatements(client, (query) =>
    query.replace('max_partitions_per_insert_block = 0', 'max_partitions_per_insert_block = 12'),
  );
}

/** The same ClickHouse, which has no time to count more than so many different things in one statement. */
function shortOfKeys(client: ClickHouseClient, most: number): ClickHouseClient {
  return withStatements(client, (query) =>
    query.includes("'analytics:sink-rollup'") ? `${query}, max_threads = 1, max_rows_to_group_by = ${most}` : query,
  );
}

function withStatements(client: ClickHouseClient, rewritten: (query: string) => string): ClickHouseClient {
  return intercepted(client, ({ statement, run }) => run({ ...statement, query: rewritten(statement.query) }));
}

/** The same ClickHouse, of which each statement that fills rollups is passed on by `pass`. */
function fillingBy(client: ClickHouseClient, pass: (call: Call) => Promise<unknown>): ClickHouseClient {
  return intercepted(client, (call) =>
    call.statement.query.includes("'analytics:sink-rollup'") ? pass(call) : call.run(),
  );
}

/** Rows of as many events, each of its own time. */
function manyRows(company: string, length: number, rewritten: (text: string) => string = (text) => text): PlacedRow[] {
  const event = eventOf(company, fact('received'));
  const { id, occurredAt } = event;
  const text = JSON.stringify(event);
  return Array.from({ length }, (_, i): PlacedRow => {
    const at = new Date(Date.UTC(2026, 4, 1) + i * 20_000).toISOString();
    const row = eventRow(rewritten(text.replaceAll(id, v7()).replaceAll(occurredAt, at)));
    if (!row) throw new Error('an event of a conversation has a row');
    return { sequence: i + 1, row };
  });
}

/** Appends those of a stream's rows that are from one place to another. */
function appendingTo(store: EventStore, rows: readonly PlacedRow[]) {
  return (sequence: number, end: number) =>
    store.append(
      { epoch: 1, sequence },
      { rows: rows.slice(sequence - 1, end), parked: [], end: { sequence: end, time: Date.now() } },
    );
}

/** How many events each grain has, as one statement sees them. */
async function eventsByGrain(company: string): Promise<Record<string, number>> {
  const result = await clickhouse.query({
    query: `SELECT grain, toUInt32(sum(events)) AS n FROM analytics.sums
      WHERE company_id = {company:UUID} AND cube = 'channel' GROUP BY grain`,
    query_params: { company },
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ grain: string; n: number }>();
  return Object.fromEntries(rows.map(({ grain, n }) => [grain, n]));
}

function storeOf(client: ClickHouseClient, tellChanges: TellChanges = async () => undefined) {
  const mayWrite = async () => undefined;
  return createEventStore(client, { layout: oneServer, statementLimitMs: 60_000, mayWrite, tellChanges });
}

/**
 * Reads on from where the store says, in batches of a size, until the stream's end. As the sink does, it begins anew where ClickHouse
 * had no time for a statement, which happens on a busy machine.
 */
async function readOn(...reading: Parameters<typeof readOnce>): Promise<void> {
  try {
    await readOnce(...reading);
  } catch (error) {
    if ((error as { code?: unknown }).code !== TIMEOUT_EXCEEDED) throw error;
    await readOn(...reading);
  }
}

async function readOnce(
  client: ClickHouseClient,
  { rows, state }: ReturnType<typeof streamOf>,
  size: number,
  shares = allShares,
  tellChanges?: TellChanges,
  /** Batches that are counted at once, and whether the next ones are appended beside that. */
  { together = 1, beside = false } = {},
) {
  const store = storeOf(client, tellChanges);
  const { epoch, sequence: first } = await store.resume(state, shares);
  let [sequence, appended] = [first, 0];
  let counting = Promise.resolve();
  try {
    while (sequence <= rows.length) {
      const end = Math.min(sequence + size - 1, rows.length);
      await store.append(
        { epoch, sequence },
        {
          rows: rows.slice(sequence - 1, end).filter(({ row }) => shares.includes(shareOf(row.company_id))),
          parked: [],
          end: { sequence: end, time: (await state.timeAt(end)) ?? 0 },
        },
      );
      sequence = end + 1;
      appended += 1;
      if (appended % together > 0 && sequence <= rows.length) continue;
      await counting;
      counting = store.count(shares);
      if (!beside) await counting;
    }
  } finally {
    await counting;
  }
}

describe('the event store', () => {
  test('counts each event once however often writers die between any two statements, and whatever share falls to whom then, in batches cut anyhow', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(
          fc.record({
            statements: fc.nat(12),
            size: fc.integer({ min: 1, max: 20 }),
            together: fc.integer({ min: 1, max: 3 }),
            beside: fc.boolean(),
            shares: fc.oneof(fc.constant(allShares), fc.subarray([...allShares], { minLength: 1 })),
          }),
          { maxLength: 6 },
        ),
        async (length, deaths) => {
          const companies = [v7(), v7(), v7()];
          // Each run is a stream of its own: the one before was another one, made anew.
          const stream = streamOf(companies, length, companies[0]);
          for (const { statements, size, shares, together, beside } of deaths) {
            const others = allShares.filter((share) => !shares.includes(share));
            // Ends with the death, unless there was too little left to write for that.
            await Promise.allSettled([
              readOn(dyingAfter(statements), stream, size, shares, undefined, { together, beside }),
              ...(others.length > 0 ? [readOn(dyingAfter(size), stream, statements + 1, others)] : []),
            ]);
          }
          await readOn(clickhouse, stream, 7, allShares, undefined, { together: 2, beside: true });
          for (const [index, company] of companies.entries()) {
            const own = stream.rows.filter((_, i) => i % companies.length === index).length;
            expect(await counts(clickhouse, company)).toEqual(once(own));
          }
        },
      ),
      { numRuns: 5 },
    );
  });

  test('tells of every hour in which figures have changed, once all rollups have it, wherever a writer dies', async () => {
    for (const statements of [2, 4, 6, 7]) {
      const company = v7();
      const stream = streamOf(company, 6, company);
      const days = stream.rows.map(({ row }) => Date.parse(`${row.at.slice(0, 10)}T00:00:00Z`));
      const untold = new Set(days);
      const tell: TellChanges = async (changes) => {
        const { by_minute = 0, by_hour = 0, by_day = 0, by_week = 0 } = await counts(clickhouse, company);
        const most = Math.max(by_minute, by_hour, by_day, by_week);
        for (const { hours } of changes.filter(({ companyId }) => companyId === company)) {
          expect([by_minute, by_hour, by_day, by_week]).toEqual([most, most, most, most]);
          for (const day of hours ?? days.slice(0, most)) untold.delete(day);
        }
      };
      await readOn(dyingAfter(statements), stream, 3, allShares, tell).catch(() => undefined);
      await readOn(clickhouse, stream, 3, allShares, tell);
      expect([...untold]).toEqual([]);
    }
  });

  test('counts at once what several batches have written, and what was not counted when a writer died', async () => {
    const company = v7();
    const { rows, state } = streamOf(company, 12, company);
    const store = storeOf(clickhouse);
    const append = appendingTo(store, rows);
    await append(1, 3);
    await append(4, 7);
    expect(await counts(clickhouse, company)).toEqual({ ...once(0), events: 7, ids: 7 });
    await store.count(allShares);
    expect(await counts(clickhouse, company)).toEqual(once(7));
    await append(8, 9);
    // Another one goes on in the place of the one that has written this.
    await readOn(clickhouse, { rows, state }, 12);
    expect(await counts(clickhouse, company)).toEqual(once(12));
  });

  test('leaves what is appended beside a count to the next one', async () => {
    const company = v7();
    const { rows } = streamOf(company, 7, company);
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const client = fillingBy(clickhouse, async ({ run }) => {
      reached.resolve();
      await released.promise;
      return run();
    });
    const store = storeOf(client);
    const append = appendingTo(store, rows);
    await append(1, 3);
    const counting = store.count(allShares);
    await reached.promise;
    await append(4, 7);
    released.resolve();
    await counting;
    expect(await counts(clickhouse, company)).toEqual({ ...once(3), events: 7, ids: 7 });
    await store.count(allShares);
    expect(await counts(clickhouse, company)).toEqual(once(7));
  });

  test('has the same events in each grain after each of its statements, from the first on', async () => {
    const company = v7();
    const rows = manyRows(company, 25_000);
    const seen: Record<string, number>[] = [];
    const client = fillingBy(clickhouse, async ({ run }) => {
      await run();
      seen.push(await eventsByGrain(company));
    });
    const store = storeOf(client);
    await appendingTo(store, rows)(1, rows.length);
    await store.count(allShares);
    expect(seen.length).toBeGreaterThan(1);
    for (const { minute = 0, ...others } of seen) expect(others).toEqual({ hour: minute, day: minute, week: minute });
    expect(seen.at(-1)?.['minute']).toBe(rows.length);
  });

  test('counts more by one statement where the last was quick, and less where it took long', async () => {
    const company = v7();
    const rows = manyRows(company, 160_000);
    const step = 10_000;
    let [counted, lastsMs] = [0, 0];
    let most: number[] = [];
    const client = fillingBy(clickhouse, async ({ statement: { query }, run }) => {
      const upto = Number(BigInt.asUintN(48, BigInt(/position <= (\d+)/.exec(query)?.[1] ?? 0)));
      most.push((upto - counted) / step);
      counted = upto;
      await pause(lastsMs);
      return run();
    });
    const store = storeOf(client);
    const append = appendingTo(store, rows);
    let sequence = 1;
    const stepsOfStatements = async (steps: number) => {
      const end = sequence + steps * step - 1;
      most = [];
      await append(sequence, end);
      await store.count(allShares);
      sequence = end + 1;
      return most;
    };
    expect((await stepsOfStatements(2))[0]).toBe(1);
    // On a busy machine it is not quick each time.
    await eventually(async () => expect(Math.max(...(await stepsOfStatements(2)))).toBe(2));
    lastsMs = 1_000;
    await stepsOfStatements(2);
    lastsMs = 0;
    expect((await stepsOfStatements(2))[0]).toBe(1);
    expect(counted).toBe(sequence - 1);
    expect(await counts(clickhouse, company)).toEqual(once(counted));
  });

  test('gets through more that was left uncounted than a statement has time for', async () => {
    const company = v7();
    const [length, batch] = [120_000, 40_000];
    const rows = manyRows(company, length, (text) => text.replaceAll(/"channelId":"[^"]*"/g, `"channelId":"${v7()}"`));
    const { state } = streamOf(company, length, company);
    const short = shortOfKeys(clickhouse, 220_000);
    const store = storeOf(short);
    for (let sequence = 1; sequence <= length; sequence += batch) {
      const end = sequence + batch - 1;
      const time = (await state.timeAt(end)) ?? 0;
      const part = { rows: rows.slice(sequence - 1, end), parked: [], end: { sequence: end, time } };
      await store.append({ epoch: 1, sequence }, part);
    }
    // Another one comes in its place.
    await storeOf(short).resume(state, allShares);
    expect(await counts(clickhouse, company)).toEqual(once(length));
  });

  test('goes on for a share from where another one had come with it, and not from where that one was with its others', async () => {
    const companies = Array.from({ length: 20 }, () => v7());
    const stream = streamOf(companies, 60);
    const [some, rest] = [allShares.slice(0, 5), allShares.slice(5)];
    await readOn(clickhouse, { ...stream, rows: stream.rows.slice(0, 45) }, 9, some);
    await readOn(clickhouse, { ...stream, rows: stream.rows.slice(0, 10) }, 5, rest);
    const store = storeOf(clickhouse);
    expect((await store.resume(stream.state, some)).sequence).toBe(46);
    expect((await store.resume(stream.state, [...some.slice(0, 2), ...rest])).sequence).toBe(11);
    await readOn(clickhouse, stream, 25, [...some.slice(0, 2), ...rest]);
    await readOn(clickhouse, stream, 25, some.slice(2));
    for (const company of companies) expect(await counts(clickhouse, company)).toEqual(once(3));
  });

  test('says which rows ClickHouse cannot read, and blames none while it can read none at all', async () => {
    const { rows } = streamOf(v7(), 9);
    const spoilt = rows.map(({ sequence, row }) => ({
      sequence,
      row: sequence === 3 || sequence === 8 ? { ...row, contact_id: 'no id' } : row,
    }));
    const store = storeOf(clickhouse);
    const part = { parked: [], end: { sequence: 9, time: Date.now() } };
    const cursor = { epoch: 1, sequence: 1 };
    await expect(store.append(cursor, { ...part, rows: spoilt })).rejects.toThrow(/Cannot parse UUID/i);
    const refused = await store.refused(spoilt);
    expect([...refused.keys()].map(({ sequence }) => sequence)).toEqual([3, 8]);
    expect([...refused.values()].map(({ message }) => message)).toEqual([
      expect.stringMatching(/Cannot parse UUID/i),
      expect.stringMatching(/Cannot parse UUID/i),
    ]);
    const events = 'ALTER TABLE analytics.events';
    await clickhouse.command({ query: `${events} MODIFY COLUMN type UUID` });
    expect((await store.refused(spoilt)).size).toBe(0);
    await clickhouse.command({ query: `${events} RENAME COLUMN team_id TO team` });
    await expect(store.refused(spoilt)).rejects.toThrow(/team_id/);
    await clickhouse.command({ query: 'DROP DATABASE analytics SYNC' });
    await migrate(clickhouse, migrations, { logger: silentLogger });
  });

  test('lets a company’s events and figures go by its plan, and keeps those of who has none', async () => {
    const [company, other] = [v7(), v7()];
    await clickhouse.command({
      query: `INSERT INTO analytics.plans (company_id, events_days, figures_days) VALUES ('${company}', 30, 60)`,
    });
    const stream = streamOf([company, other], 12);
    await readOn(clickhouse, stream, 12);
    for (const table of ['events', 'sums']) {
      const expiry = `expires_at - toDate(${table === 'events' ? 'at' : 'bucket'})`;
      // What is over goes when its part is merged, and ClickHouse chooses that moment unless it is asked to.
      const days = await eventually(async () => {
        await clickhouse.command({ query: `OPTIMIZE TABLE analytics.${table} FINAL` });
        const result = await clickhouse.query({
          query: `SELECT company_id AS company, toInt32(max(${expiry})) AS days
            FROM analytics.${table} GROUP BY company_id`,
          format: 'JSONEachRow',
        });
        const rows = await result.json<{ company: string; days: number }>();
        const byCompany = new Map(rows.map((row) => [row.company, row.days]));
        expect([...byCompany.keys()]).toEqual([other]);
        return byCompany;
      });
      expect(days.get(other)).toBeGreaterThan(40_000);
    }
  });

  test('keeps in mind what of the stream is no row, each position once', async () => {
    const company = v7();
    const stream = streamOf(company, 4);
    const doubled = stream.rows.map(({ row }, i) => ({ sequence: i + 5, row }));
    const store = storeOf(clickhouse);
    const part = {
      rows: [...stream.rows, ...doubled],
      parked: [{ sequence: 9, companyId: company, type: 'conversation.opened' }],
      end: { sequence: 9, time: Date.now() },
    };
    for (let times = 0; times < 2; times++) await store.append({ epoch: 1, sequence: 1 }, part);
    await store.count(allShares);
    expect(await counts(clickhouse, company)).toEqual(once(4));
    const result = await clickhouse.query({
      query:
        'SELECT type, reason, toUInt32(uniqExact(position)) AS n FROM analytics.left_out GROUP BY type, reason ORDER BY n',
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([
      { type: 'conversation.opened', reason: 'PARKED', n: 1 },
      { type: 'conversation.message.created', reason: 'REPEATED', n: 4 },
    ]);
  });

  test('gets through a batch of more months than a statement has time for, also where it is cut short', async () => {
    const company = v7();
    const months = 26;
    const rows = Array.from({ length: months }, (_, month): PlacedRow => {
      const row = eventRow(JSON.stringify(eventOf(company, fact('received', { at: new Date(Date.UTC(2020, month)) }))));
      if (!row) throw new Error('an event of a conversation has a row');
      return { sequence: month + 1, row };
    });
    const stream = { rows, state: { ...streamOf(company, months).state, created: company } };
    // Within the second of the inserts of events, and when some months are in the rollups.
    for (const statements of [2, 9]) {
      const attempt = readOn(shortOfTime(dyingAfter(statements)), stream, months);
      await expect(attempt).rejects.toMatchObject({ code: 'WRITE_IN_DOUBT' });
    }
    await readOn(shortOfTime(clickhouse), stream, months);
    expect(await counts(clickhouse, company)).toEqual(once(months));
  });

  test('completes a batch of which one month was written and the others not', async () => {
    const company = v7();
    const stream = streamOf(company, 30);
    await readOn(clickhouse, stream, 30);
    // What a crash leaves behind that came between the parts of one insert: each is atomic, the insert is not.
    await clickhouse.command({ query: 'ALTER TABLE analytics.events DROP PARTITION 202602' });
    await clickhouse.command({ query: 'ALTER TABLE analytics.sums DROP PARTITION 202602' });
    await clickhouse.command({ query: 'ALTER TABLE analytics.sums DROP PARTITION 2026' });
    await clickhouse.command({ query: 'TRUNCATE TABLE analytics.checkpoints' });
    await readOn(clickhouse, stream, 4);
    // Rows of the lost month are read again; days had lost every month at once.
    expect(await counts(clickhouse, company)).toEqual(once(30));
  });

  test('reads a stream anew that lost its end, and counts only what is new', async () => {
    const company = v7();
    const stream = streamOf(company, 20);
    await readOn(clickhouse, stream, 6);
    const lost = { rows: stream.rows.slice(0, 12), state: { ...stream.state, lastSequence: 12 } };
    await readOn(clickhouse, lost, 6);
    expect(await counts(clickhouse, company)).toEqual(once(20));
    const later = streamOf(company, 25);
    const regrown = { rows: [...lost.rows, ...later.rows.slice(12)], state: { ...later.state, lastSequence: 25 } };
    await readOn(clickhouse, regrown, 6);
    expect(await counts(clickhouse, company)).toEqual(once(20 + 13));
  });

  test('notices that the stream grew again after it had lost its end', async () => {
    const company = v7();
    const stream = streamOf(company, 20);
    await readOn(clickhouse, stream, 6);
    const other = streamOf(company, 40);
    await readOn(clickhouse, other, 6);
    expect(await counts(clickhouse, company)).toEqual(once(60));
  });

  test('goes on where it was in a stream that was made anew so often that its places are beyond what a number tells apart', async () => {
    const company = v7();
    await clickhouse.command({
      query: `INSERT INTO analytics.streams (epoch, name, created) VALUES (1000, 'EVENTS', 'long ago')`,
    });
    const { rows, state } = streamOf(company, 40, company);
    // Of one moment: nothing else tells them apart.
    const moment = (await state.timeAt(1)) ?? 0;
    const stream = { rows, state: { ...state, timeAt: () => Promise.resolve(moment) } };
    for (const length of [3, 20, 40]) {
      await readOn(clickhouse, { ...stream, rows: stream.rows.slice(0, length) }, 40);
      expect(await counts(clickhouse, company)).toEqual(once(length));
    }
  });

  test('goes back to a stream that it read before another one, without counting it again or leaving out what is new', async () => {
    const company = v7();
    const first = streamOf(company, 10, 'first');
    await readOn(clickhouse, first, 6);
    await readOn(clickhouse, streamOf(company, 5, 'second'), 6);
    const more = streamOf(company, 12, 'first');
    const grown = { rows: [...first.rows, ...more.rows.slice(10)], state: { ...first.state, lastSequence: 12 } };
    await readOn(clickhouse, grown, 6);
    expect(await counts(clickhouse, company)).toEqual(once(10 + 5 + 2));
  });

  test('keeps events apart whose ids two companies chose alike', async () => {
    const [one, other] = [v7(), v7()];
    const stream = streamOf(one, 2);
    const copies = stream.rows.map(({ row, sequence }) => ({
      sequence: sequence + 2,
      row: { ...row, company_id: other },
    }));
    await readOn(clickhouse, { rows: [...stream.rows, ...copies], state: { ...stream.state, lastSequence: 4 } }, 4);
    expect(await counts(clickhouse, one)).toEqual(once(2));
    expect(await counts(clickhouse, other)).toEqual(once(2));
  });
});

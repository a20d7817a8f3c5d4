import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { silentLogger } from '#platform/logging/logger.ts';
import { testClickHouse } from '#test/stack/index.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { migrations } from '../migrations/index.ts';
import { eventOf, fact } from '../testing/facts.ts';
import { counts, once, unreliable } from '../testing/sinkHarness.ts';
import { eventRow } from './eventRow.ts';
import { createEventStore, type PlacedRow, type StreamState } from './eventStore.ts';

let engine: { client: ClickHouseClient; close(): Promise<void> };
let clickhouse: ClickHouseClient;

beforeAll(async () => {
  engine = await testClickHouse();
  clickhouse = engine.client;
});
afterAll(() => engine?.close());

beforeEach(async () => {
  await clickhouse.command({ query: 'DROP DATABASE IF EXISTS analytics SYNC' });
  await migrate(clickhouse, migrations, { logger: silentLogger });
});

/** A stream in memory: events of one company, in months that alternate, so that a batch touches several partitions. */
function streamOf(companyId: string, length: number, created = '2026-01-01T00:00:00Z') {
  const rows = Array.from({ length }, (_, i): PlacedRow => {
    const at = new Date(Date.UTC(2026, (i * 5) % 3, 1 + (i % 28)));
    const row = eventRow(JSON.stringify(eventOf(companyId, fact('received', { at }))));
    if (!row) throw new Error('an event of a conversation has a row');
    return { sequence: i + 1, row };
  });
  const state: StreamState = {
    name: 'EVENTS',
    created,
    lastSequence: length,
    eventIdAt: (sequence) => Promise.resolve(rows[sequence - 1]?.row.event_id),
  };
  return { rows, state };
}

/** ClickHouse for a process that dies after so many statements that write. */
function dyingAfter(statements: number): ClickHouseClient {
  let left = statements;
  return unreliable(clickhouse, () => left-- <= 0);
}

/** Reads on from where the store says, in batches of a size, until the stream's end. */
async function readOn(client: ClickHouseClient, { rows, state }: ReturnType<typeof streamOf>, size: number) {
  const store = createEventStore(client, { mayWrite: () => undefined });
  const { epoch, sequence: first } = await store.resume(state);
  let sequence = first;
  while (sequence <= rows.length) {
    await store.append({ epoch, sequence }, rows.slice(sequence - 1, sequence - 1 + size));
    sequence += size;
  }
}

describe('the event store', () => {
  test('counts each event once however often it dies between any two statements, and however batches are cut then', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.record({ statements: fc.nat(12), size: fc.integer({ min: 1, max: 20 }) }), { maxLength: 8 }),
        async (length, deaths) => {
          const company = v7();
          // Each run is a stream of its own: the one before was another one, made anew.
          const stream = streamOf(company, length, company);
          for (const { statements, size } of deaths) {
            // Ends with the death, unless there was too little left to write for that.
            await Promise.allSettled([readOn(dyingAfter(statements), stream, size)]);
          }
          await readOn(clickhouse, stream, 7);
          expect(await counts(clickhouse, company)).toEqual(once(length));
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);

  test('completes a batch of which one month was written and the others not', async () => {
    const company = v7();
    const stream = streamOf(company, 30);
    await readOn(clickhouse, stream, 30);
    // What a crash leaves behind that came between the parts of one insert: each is atomic, the insert is not.
    await clickhouse.command({ query: 'ALTER TABLE analytics.events DROP PARTITION 202602' });
    await clickhouse.command({ query: 'ALTER TABLE analytics.by_minute DROP PARTITION 202602' });
    await clickhouse.command({ query: 'ALTER TABLE analytics.by_day DROP PARTITION 202601' });
    await clickhouse.command({ query: 'TRUNCATE TABLE analytics.by_hour' });
    await readOn(clickhouse, stream, 4);
    const { by_day: days, by_minute: minutes, ...rest } = await counts(clickhouse, company);
    expect({ days, minutes }).toEqual({ days: 30, minutes: 30 });
    // Rows of the lost month are read again; by_hour had lost every month at once.
    expect(rest).toEqual({ events: 30, ids: 30, by_hour: 30 });
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

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { testClickHouse } from '#test/stack/index.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { byHour } from '../grains.ts';
import { migrations } from '../migrations/index.ts';
import { durations, ROLLUPS } from '../rollups.ts';
import { rowsOf } from './scope.ts';

const HOUR_MS = 3_600_000;
const begin = Date.UTC(2026, 0);
const HOURS = 2_000;
const companyId = v7();

let store: Awaited<ReturnType<typeof testClickHouse>>;

beforeAll(async () => {
  store = await testClickHouse();
  await migrate(store.client, migrations, { logger });
  await store.client.command({
    query: `INSERT INTO ${ROLLUPS} (company_id, cube, grain, measure, bucket, n)
      SELECT {company:UUID}, 'channel', 'hour', arrayJoin({measures:Array(String)}), toDateTime(${begin / 1_000} + 3600 * number, 'UTC'), 1
      FROM numbers(${HOURS}) SETTINGS max_partitions_per_insert_block = 0`,
    query_params: { company: companyId, measures: ['', ...durations] },
  });
  await store.client.command({ query: `OPTIMIZE TABLE ${ROLLUPS} FINAL` });
});
afterAll(() => store.close());

/** How many granules ClickHouse would read, by the index alone. */
async function granulesOf(measures: readonly string[], hours: number): Promise<number> {
  const from = begin + 100 * HOUR_MS;
  const read = [{ grain: byHour, spans: [{ from, to: from + hours * HOUR_MS }] }];
  const rows = rowsOf({ companyId, filter: {} }, 'channel', read, { columns: ['n'], measures });
  const result = await store.client.query({
    query: `EXPLAIN ESTIMATE SELECT sum(part.n) FROM ${rows.sql} AS part`,
    query_params: { ...rows.params },
    format: 'JSONEachRow',
  });
  const [estimate] = await result.json<{ marks: string }>();
  return Number(estimate?.marks);
}

describe('rows of a cube', () => {
  test('of an hour lie together, of all durations beside one another', async () => {
    expect(await granulesOf(['', ...durations], 1)).toBeLessThanOrEqual(4);
  });

  test('with counts are read without those with durations', async () => {
    const [counts, all] = await Promise.all([granulesOf([''], 1_800), granulesOf(['', ...durations], 1_800)]);
    expect(counts).toBeLessThan(all / 4);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import { eventually } from '#test/stack/eventually.ts';
import { testClickHouse, testNats, type TestServer } from '#test/stack/index.ts';
import { migrations } from '../migrations/index.ts';
import { sampleRow } from '../sink/eventRow.ts';
import { intercepted } from '../testing/intercepted.ts';
import { openNats } from '../testing/sinkHarness.ts';
import { createMigrator } from './createMigrator.ts';
import { oneServer, onCluster } from './ddl.ts';
import { migrate } from './migrate.ts';
import { endingLogs, endSystemLogs } from './systemLogs.ts';

let client: ClickHouseClient;
let close: () => Promise<void>;
let server: TestServer;
let nats: NatsPart;

beforeAll(async () => {
  [{ client, close }, server] = await Promise.all([testClickHouse(), testNats()]);
  nats = await openNats(server.url);
});

afterAll(async () => {
  await client?.command({ query: 'DROP TABLE IF EXISTS system.made_up_log SYNC' });
  await nats?.stop();
  await Promise.all([close?.(), server?.close()]);
});

/** The same ClickHouse, whose commands somebody hears of first. */
function heard(clickhouse: ClickHouseClient, hear: (query: string) => Promise<void>): ClickHouseClient {
  return intercepted(clickhouse, async ({ method, statement, run }) => {
    if (method === 'command') await hear(statement.query);
    return run();
  });
}

function migratorOf(clickhouse: ClickHouseClient) {
  return createMigrator({ nats, clickhouse, layout: oneServer, leaseMs: 6_000, logger });
}

describe('a database of before', () => {
  const before = migrations.filter(({ id }) => id < 21);
  /** As many in each month as its place in the row; the last is a Sunday, whose Monday was of the month before. */
  const months = ['2025-11-30 23:59:59.999', '2025-12-01 00:00:00.000', '2026-02-01 12:00:00.000'];
  const counted = async (grain: string) => {
    const query = `SELECT toYYYYMM(bucket) AS month, toUInt32(sum(events)) AS events FROM analytics.sums
      WHERE cube = 'channel' AND grain = '${grain}' GROUP BY month ORDER BY month`;
    return (await client.query({ query, format: 'JSONEachRow' })).json();
  };

  test('has its figures after it was brought up to date, month by month, and keeps them when it is done again', async () => {
    await migrate(client, before, { logger });
    const { company_id, event_id, type } = sampleRow;
    const values = months.flatMap((at, index) =>
      Array.from({ length: index + 1 }, () => ({ company_id, event_id, type, actor_kind: 'system', at })),
    );
    await client.insert({ table: 'analytics.events', values, format: 'JSONEachRow' });
    const statements: string[] = [];
    const ddl = (statement: string) => {
      statements.push(statement);
      return [statement];
    };
    await migrate(client, migrations, { logger, layout: { ...oneServer, ddl } });
    await migrate(client, migrations, { logger });
    for (const grain of ['minute', 'hour', 'day', 'week']) {
      expect(await counted(grain)).toEqual([
        { month: 202511, events: 1 },
        { month: 202512, events: 2 },
        { month: 202602, events: 3 },
      ]);
    }
    for (const grain of ['minute', 'hour', 'day']) {
      expect(statements.filter((statement) => statement.startsWith(`INSERT INTO analytics.by_${grain}`))).toHaveLength(
        3,
      );
    }
  });

  test('is brought up to date by one of two processes that start at once, and the other one waits for it', async () => {
    await client.command({ query: 'DROP DATABASE analytics SYNC' });
    await migrate(client, before, { logger });
    const { company_id, event_id, type } = sampleRow;
    const values = [{ company_id, event_id, type, actor_kind: 'system', at: months[0] }];
    await client.insert({ table: 'analytics.events', values, format: 'JSONEachRow' });
    const askedForTurn = new Set<string>();
    nats.connection.subscribe('leases.analytics-sink.turns.migrations', {
      callback: (_error, message) => void askedForTurn.add(message.string()),
    });
    const [counting, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const one = heard(client, async (query) => {
      if (!query.startsWith('INSERT INTO analytics.by_hour')) return;
      counting.resolve();
      await goOn.promise;
    });
    const first = migratorOf(one).start();
    await counting.promise;
    const ran: string[] = [];
    const other = heard(client, async (query) => void ran.push(query));
    const second = migratorOf(other).start();
    await eventually(() => expect(askedForTurn.size).toBe(2));
    goOn.resolve();
    await Promise.all([first, second]);
    expect(ran.filter((query) => !query.startsWith('CREATE'))).toEqual([]);
    for (const grain of ['minute', 'hour', 'day', 'week']) {
      expect(await counted(grain)).toEqual([{ month: 202511, events: 1 }]);
    }
  });
});

describe('figures of days', () => {
  test('have one file for all columns of a year, also where a year is large', async () => {
    await migrate(client, migrations, { logger });
    await client.command({
      query: `INSERT INTO analytics.sums (company_id, cube, grain, bucket, agent_id, events)
        SELECT generateUUIDv4(), 'agent', 'day', '2030-05-01 00:00:00', generateUUIDv4(number), 1 FROM numbers(200000)
        SETTINGS max_block_size = 200000`,
    });
    const result = await client.query({
      query: `SELECT part_type AS type, max(data_uncompressed_bytes) > 10000000 AS isLarge FROM system.parts
        WHERE database = 'analytics' AND table = 'sums' AND partition = '2030' AND active GROUP BY type`,
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ type: 'Compact', isLarge: 1 }]);
  });
});

describe('the logs of ClickHouse itself', () => {
  test('get an end, and keep the one that they have', async () => {
    await client.command({
      query: 'CREATE TABLE system.made_up_log (event_date Date, n UInt8) ENGINE = MergeTree ORDER BY n',
    });
    const engine = async () => {
      const query = `SELECT engine_full FROM system.tables WHERE database = 'system' AND name = 'made_up_log'`;
      return JSON.stringify(await (await client.query({ query, format: 'JSONEachRow' })).json());
    };
    await endSystemLogs(client, { logger, layout: oneServer });
    expect(await engine()).toMatch(/TTL event_date \+ toIntervalDay\(14\)/);
    await client.command({ query: 'ALTER TABLE system.made_up_log MODIFY TTL event_date + INTERVAL 3 DAY' });
    await endSystemLogs(client, { logger, layout: oneServer });
    expect(await engine()).toMatch(/TTL event_date \+ toIntervalDay\(3\)/);
  });

  test('get it on every server of a cluster', () => {
    const [statement = ''] = endingLogs([{ name: 'query_log', definition: 'MergeTree ORDER BY event_date' }]);
    expect(onCluster({ name: 'main', replicas: 2 }).ddl(statement)).toEqual([
      "ALTER TABLE system.query_log ON CLUSTER 'main' MODIFY TTL event_date + INTERVAL 14 DAY",
    ]);
  });

  test('are no reason not to start', async () => {
    const refusing = { ...oneServer, ddl: () => ['ALTER TABLE system.not_there MODIFY TTL 1'] };
    await expect(endSystemLogs(client, { logger, layout: refusing })).resolves.toBeUndefined();
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { testClickHouse } from '#test/stack/index.ts';
import { oneServer, onCluster } from './ddl.ts';
import { endingLogs, endSystemLogs } from './systemLogs.ts';

describe('the logs of ClickHouse itself', () => {
  let client: ClickHouseClient;
  let close: () => Promise<void>;

  beforeAll(async () => ({ client, close } = await testClickHouse()));
  afterAll(async () => {
    await client?.command({ query: 'DROP TABLE IF EXISTS system.made_up_log SYNC' });
    await close?.();
  });

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

import { readConfig } from '#platform/config/readConfig.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import { runService } from '#platform/lifecycle/runService.ts';
import { connectClickHouse } from './clickhouse/connectClickHouse.ts';
import { configSchema } from './config.ts';
import { createAnalytics } from './createAnalytics.ts';

const config = readConfig(configSchema, process.env);
await runService('analytics', config, (deps) => {
  const clickhouse = connectClickHouse(config.clickhouseUrl, config.service.clickhouseCluster);
  const client: Part = { name: 'ClickHouse client', start: async () => undefined, stop: () => clickhouse.close() };
  return [client, createAnalytics(config.service, { ...deps, clickhouse, hasClickHouseUsers: true })];
});

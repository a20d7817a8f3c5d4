import { stdout } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { createClient, type ClickHouseClientConfigOptions } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { silentLogger } from '#platform/logging/logger.ts';
import { migrate } from '../clickhouse/migrate.ts';
import { migrations } from '../migrations/index.ts';
import { counts, openNats, sinkOf } from './sinkHarness.ts';

/** A process that does nothing but write events, to be killed: it says on each line what it has counted so far. */
const [directory = '', natsUrl = '', companyId = ''] = process.argv.slice(2);

const connection: unknown = createChdbConnection({ path: directory });
const clickhouse = createClient({ connection } as ClickHouseClientConfigOptions);
await migrate(clickhouse, migrations, { logger: silentLogger });
await sinkOf(await openNats(natsUrl), clickhouse, { batchRows: 100 }).start();
for (;;) {
  stdout.write(`${JSON.stringify(await counts(clickhouse, companyId))}\n`);
  await setTimeout(50);
}

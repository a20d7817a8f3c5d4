import { z } from 'zod';
import { createClickHouse } from '#infra/embedded/clickhouse.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { migrate } from '../../clickhouse/migrate.ts';
import { migrations } from '../../migrations/index.ts';
import { insertRows } from './rows.ts';

/** Has the tables of analytics in a directory, with rows of companies, in a process that lets go of the engine again. */
const [directory = '', companies = ''] = process.argv.slice(2);
const ofCompanies = z.array(z.object({ companyId: z.string(), word: z.string(), rows: z.number() }));

const clickhouse = createClickHouse(directory);
await clickhouse.start();
await migrate(clickhouse.client(), migrations, { logger: silentLogger });
for (const company of ofCompanies.parse(JSON.parse(companies))) await insertRows(clickhouse.client(), company);
await clickhouse.stop();

import { stdout } from 'node:process';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { createBulkClock } from '../bulkClock.ts';
import { entities } from '../entities/index.ts';
import { pool } from './inbox.ts';

/** A process that does nothing but work off bulk jobs, to be killed. */
const [url = ''] = process.argv.slice(2);
const metrics = createMetrics({ service: 'conversations' });
const database = createDatabase({ context: 'conversations', url, entities, pool, catalogue, logger, metrics });
await database.start();
await createBulkClock({ database, pollMs: 10, logger }).start();
stdout.write('working\n');

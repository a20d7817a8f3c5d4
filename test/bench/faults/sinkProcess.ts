import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { pino } from 'pino';
import { oneServer } from '#analytics/clickhouse/ddl.ts';
import { createSink } from '#analytics/sink/createSink.ts';
import { connectNats } from '#platform/events/nats.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';

/** A sink alone, of a server's ClickHouse: what it groups into a batch is another number each time it starts. */
const [clickhouseUrl = '', natsUrl = '', batchRows = '', logFile = ''] = process.argv.slice(2);
const destination = pino.destination({ dest: logFile, append: true, sync: true });
const logger = createLogger({ name: 'sink', level: 'info', destination });
const metrics = createMetrics({ service: 'analytics' });
const nats = connectNats({ url: natsUrl, name: 'sink', logger, metrics });
await nats.start();
const clickhouse = createClient({
  url: clickhouseUrl,
  request_timeout: 10_000,
  log: { level: ClickHouseLogLevel.OFF },
});
await createSink({
  nats,
  clickhouse,
  layout: oneServer,
  // Nobody looks at figures here.
  tellChanges: async () => undefined,
  batchRows: Number(batchRows),
  leaseMs: 6_000,
  logger,
  metrics,
}).start();
process.send?.('ready');
process.on('disconnect', () => process.exit(0));

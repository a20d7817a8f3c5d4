import { createSink } from '#analytics/sink/createSink.ts';
import { oneServer } from '#analytics/clickhouse/ddl.ts';
import { migrate } from '#analytics/clickhouse/migrate.ts';
import { migrations } from '#analytics/migrations/index.ts';
import { createClickHouse } from '#infra/embedded/clickhouse.ts';
import { connectNats } from '#platform/events/nats.ts';
import { createStreams } from '#platform/events/streams.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { answer } from '../live/child.ts';

/** What the sink and ClickHouse's engine are in one process, as with `npm start`. */
export type Question = { readonly kind: 'start' } | { readonly kind: 'count' } | { readonly kind: 'metrics' };
export interface Counted {
  readonly counted: number;
  /** Of the processor, by this process so far: sink and engine. */
  readonly seconds: number;
}

const [directory = '', natsUrl = ''] = process.argv.slice(2);
const metrics = createMetrics({ service: 'analytics' });
const clickhouse = createClickHouse(directory);
await clickhouse.start();
await migrate(clickhouse.client(), migrations, { logger });
const nats = connectNats({ url: natsUrl, name: 'bench', logger, metrics });
await nats.start();
await createStreams(nats).start();

answer(async ({ kind }: Question) => {
  switch (kind) {
    case 'start':
      await createSink({
        nats,
        clickhouse: clickhouse.client(),
        layout: oneServer,
        // Nobody looks at figures here.
        tellChanges: async () => undefined,
        batchRows: 50_000,
        leaseMs: 10_000,
        logger,
        metrics,
      }).start();
      return {};
    case 'count': {
      const result = await clickhouse.client().query({
        query: `SELECT toUInt32(sum(events)) AS counted FROM analytics.sums WHERE grain = 'day' AND cube = 'channel'`,
        format: 'JSONEachRow',
      });
      const [row] = await result.json<Pick<Counted, 'counted'>>();
      const { user, system } = process.cpuUsage();
      return { counted: row?.counted ?? 0, seconds: (user + system) / 1e6 } satisfies Counted;
    }
    case 'metrics':
      return { text: await metrics.text() };
  }
});

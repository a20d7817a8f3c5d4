import type { ClickHouseClient } from '@clickhouse/client';
import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { insertBlock } from '../clickhouse/statements.ts';
import type { TellChanges } from '../figures/changeTeller.ts';
import { clickHouseTime } from '../sink/eventRow.ts';

const limits = { seconds: 5, bytes: 500_000_000 };

/** Keeps what dashboards have to know of companies. What comes twice, or late, is one row again, the newest. */
export function createCompaniesConsumer(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly tellChanges: TellChanges;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, clickhouse, tellChanges, logger, metrics } = options;
  return createEventConsumer({
    nats,
    durable: 'analytics-companies',
    filterSubject: 'events.channel.*.company.>',
    concurrency: 1,
    catalogue,
    handlers: {
      'channel.company.changed': async ({ companyId, occurredAt, data: { name, timeZone } }) => {
        await insertBlock(clickhouse, {
          name: 'companies',
          table: 'analytics.companies',
          rows: [{ company_id: companyId, changed_at: clickHouseTime(occurredAt), name, time_zone: timeZone }],
          limits,
        });
        // By the clocks of another zone, all days are others.
        await tellChanges([{ companyId }]);
      },
    },
    logger,
    metrics,
  });
}

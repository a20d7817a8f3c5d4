import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { reportErased } from '../commands/reportErased.ts';

/** What the other contexts say that they have erased. */
export function createErasureConsumer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, logger, metrics } = options;
  return createEventConsumer({
    nats,
    durable: 'conversations-erasures',
    filterSubject: 'events.*.*.erased',
    concurrency: 4,
    catalogue,
    handlers: {
      'channel.erased': ({ companyId, data }) =>
        database.write(companyId, (transaction) =>
          reportErased(transaction, { companyId, context: 'channels', ...data }),
        ),
      'analytics.erased': ({ companyId, data }) =>
        database.write(companyId, (transaction) =>
          reportErased(transaction, { companyId, context: 'analytics', ...data }),
        ),
      'knowledge.erased': ({ companyId, data }) =>
        database.write(companyId, (transaction) =>
          reportErased(transaction, { companyId, context: 'knowledge', ...data }),
        ),
    },
    logger,
    metrics,
  });
}

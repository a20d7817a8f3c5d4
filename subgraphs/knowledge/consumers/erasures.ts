import { createEventConsumer } from '#platform/events/eventConsumer.ts';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { eraseAnswers } from '../commands/bot/eraseAnswers.ts';

/** Erases here what conversations has erased. The parts of one job in their order: the last one says that all are done. */
export function createErasureConsumer(options: {
  readonly nats: NatsPart;
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { nats, database, logger, metrics } = options;
  return createEventConsumer({
    nats,
    durable: 'knowledge-erasures',
    filterSubject: 'events.conversation.*.erased',
    concurrency: 4,
    catalogue,
    keyOf: (event) => (event.type === 'conversation.erased' ? (event.data.jobId ?? event.id) : event.id),
    handlers: { 'conversation.erased': (event) => eraseAnswers(database, event) },
    logger,
    metrics,
  });
}

import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createClock, type Clock } from '#platform/lifecycle/clock.ts';
import type { Dispatcher } from './dispatcher.ts';

/**
 * The net below the events: now and then everything that waits is looked at, whatever was or was not told. It also measures the
 * queues.
 */
export function createAssignmentSweep(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly dispatcher: Dispatcher;
  readonly everyMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Clock {
  const { database, dispatcher, everyMs, logger, metrics } = options;
  const waiting = metrics.gauge('switchboard_assignment_waiting', 'Conversations in the queues of all companies');
  const oldest = metrics.gauge(
    'switchboard_assignment_oldest_wait_seconds',
    'How long the contact waits who waits longest in a queue',
  );

  return createClock({
    name: 'assignment sweep',
    pollMs: everyMs,
    async work(signal) {
      const queues = await database.lookup(
        (sql) => sql<{ companyId: string; depth: number; seconds: number }>`
          select q.company_id as "companyId", q.depth, extract(epoch from now() - q.oldest)::float8 as seconds
          from conversations.waiting_queues() q`,
      );
      waiting.set(queues.reduce((sum, { depth }) => sum + depth, 0));
      oldest.set(queues.reduce((most, { seconds }) => Math.max(most, seconds), 0));
      for (const { companyId } of queues) {
        if (signal.aborted) break;
        await dispatcher.dispatch(companyId);
      }
      return false;
    },
    logger,
  });
}

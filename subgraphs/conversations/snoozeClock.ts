import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createClock } from '#platform/lifecycle/clock.ts';
import { wakeConversation } from './commands/wakeConversation.ts';

const BATCH = 100;

interface Due {
  readonly companyId: string;
  readonly id: string;
}

/** Opens conversations whose snooze has ended, within `pollMs`. */
export function createSnoozeClock(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { database, pollMs, logger } = options;
  const woken = options.metrics.counter('switchboard_conversations_woken_total', 'Snoozes that ended by the clock');

  function findDue(): Promise<Due[]> {
    return database.lookup(
      (sql) => sql<Due>`
        select due.company_id as "companyId", due.id from conversations.due_conversations(${BATCH}) due`,
    );
  }

  return createClock({
    name: 'snooze clock',
    pollMs,
    logger,
    async work(stopping) {
      let opened = 0;
      for (const { companyId, id } of await findDue()) {
        if (stopping.aborted) return false;
        if (await wakeConversation(database, companyId, id)) opened += 1;
      }
      woken.inc(opened);
      // A full batch has more behind it; one of which nothing was ours is in somebody else's hands.
      return opened === BATCH;
    },
  });
}

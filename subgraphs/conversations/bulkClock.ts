import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createClock } from '#platform/lifecycle/clock.ts';
import { workOnBulkJob } from './commands/bulk/workOnBulkJob.ts';

const FORGOTTEN_AT_ONCE = 20;

/** Works off jobs, and forgets those of which nobody asks any more. */
export function createBulkClock(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  readonly logger: Logger;
}): Part {
  const { database, pollMs, logger } = options;
  return createClock({
    name: 'bulk clock',
    pollMs,
    logger,
    async work(stopping) {
      if (await workOnBulkJob(database, stopping)) return true;
      await database.across`select conversations.forget_bulk_jobs(${FORGOTTEN_AT_ONCE})`;
      return false;
    },
  });
}

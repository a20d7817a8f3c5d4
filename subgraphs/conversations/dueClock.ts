import { createClock } from '#platform/lifecycle/clock.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const BATCH = 100;

export interface DueClockOptions {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A conversation whose time has come. */
export interface Due {
  readonly companyId: string;
  readonly id: string;
}

/**
 * Does to conversations what is due, within `pollMs`.
 *
 * @param options.find Those whose time has come, of whatever company, so many at the most.
 * @param options.settle Does it to one. @returns Whether it did; false: somebody else has it in hand, or it is not due any more.
 * @param options.settled Counts them.
 */
export function createDueClock(
  options: DueClockOptions & {
    readonly name: string;
    readonly find: (sql: Sql, most: number) => Promise<readonly Due[]>;
    readonly settle: (database: Database<SwitchboardCatalogue>, companyId: string, id: string) => Promise<boolean>;
    readonly settled: { inc(): void };
  },
): Part {
  const { database, name, pollMs, logger, find, settle, settled } = options;
  return createClock({
    name,
    pollMs,
    logger,
    async work(stopping) {
      let done = 0;
      for (const { companyId, id } of await database.lookup((sql) => find(sql, BATCH))) {
        if (stopping.aborted) return false;
        if (!(await settle(database, companyId, id))) continue;
        settled.inc();
        done += 1;
      }
      // A full batch has more behind it; one of which nothing was ours is in somebody else's hands.
      return done === BATCH;
    },
  });
}

import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

/** Platforms repeat a webhook for a week at the most, and people react to what is older now and then. */
const KEPT_DAYS = 35;
const BATCH = 5_000;
const EVERY_MS = 10 * 60_000;

/**
 * Forgets what was only kept to know a repetition, or to whom a receipt belongs: the tables stay as large as a month's
 * messages. What is forgotten and comes again all the same is told again, and known by who keeps messages for good.
 */
export function createForgetting(options: {
  readonly database: Pick<Database<SwitchboardCatalogue>, 'across'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { database, logger } = options;
  const forgotten = options.metrics.counter(
    'switchboard_channels_forgotten_rows_total',
    'Rows that were too old to matter',
  );
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function forgetForever(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      try {
        const [row] = await database.across<{ count: number }>`
          select channels.forget_old(now() - ${KEPT_DAYS} * interval '1 day', ${BATCH}) as count`;
        const count = row?.count ?? 0;
        forgotten.inc(count);
        failed = 0;
        if (count < BATCH) await pause(EVERY_MS, stopping.signal);
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed }, 'old rows could not be forgotten, will try again');
        await pause(backoff(failed, { baseMs: 5_000, capMs: 60_000 }), stopping.signal);
      }
    }
  }

  return {
    name: 'forgetting',
    async start() {
      stopping = new AbortController();
      loop = forgetForever();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

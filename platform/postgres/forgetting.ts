import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Sql } from './sql.ts';

const EVERY_MS = 10 * 60_000;

/**
 * Takes away what is too old to matter, of all companies, a batch at a time, so that it holds up nobody. As many processes as like
 * may do it side by side.
 *
 * @param options.forget Takes away up to `batch` rows of a kind in one statement, and says how many: at least `batch` means that
 *   there are more.
 */
export function createForgetting(options: {
  readonly context: string;
  readonly database: { readonly across: Sql };
  readonly batch: number;
  readonly forget: (across: Sql, batch: number) => Promise<number>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { context, database, batch, forget, logger } = options;
  const forgotten = options.metrics.counter(
    `switchboard_${context}_forgotten_rows_total`,
    'Rows that were too old to matter',
  );
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function forgetForever(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      try {
        const count = await forget(database.across, batch);
        forgotten.inc(count);
        failed = 0;
        if (count < batch) await pause(EVERY_MS, stopping.signal);
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

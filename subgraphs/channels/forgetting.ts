import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { createForgetting as createPart } from '#platform/postgres/forgetting.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

/** Platforms repeat a webhook for a week at the most, and people react to what is older now and then. */
const KEPT_DAYS = 35;

/**
 * Forgets what was only kept to know a repetition, or to whom a receipt belongs: the tables stay as large as a month's
 * messages. What is forgotten and comes again all the same is told again, and known by who keeps messages for good.
 */
export function createForgetting(options: {
  readonly database: Pick<Database<SwitchboardCatalogue>, 'across'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  return createPart({
    ...options,
    context: 'channels',
    batch: 5_000,
    async forget(across, batch) {
      const [row] = await across<{ count: number }>`
        select channels.forget_old(now() - ${KEPT_DAYS} * interval '1 day', ${batch}) as count`;
      return row?.count ?? 0;
    },
  });
}

import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { createForgetting as createPart } from '#platform/postgres/forgetting.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const KEPT_DAYS = 90;
/** No device brings an older edit of a draft so late after it was sent. */
const GONE_DRAFTS_DAYS = 7;

/** Forgets what agents keep for a while only: old notifications, and drafts that nobody went on with. */
export function createForgetting(options: {
  readonly database: Pick<Database<SwitchboardCatalogue>, 'across'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  return createPart({
    ...options,
    context: 'conversations',
    batch: 2_000,
    async forget(across, batch) {
      const [row] = await across<{ count: number }>`
        select conversations.forget_notifications(now() - ${KEPT_DAYS} * interval '1 day', ${batch})
          + conversations.forget_drafts(
            now() - ${KEPT_DAYS} * interval '1 day', now() - ${GONE_DRAFTS_DAYS} * interval '1 day', ${batch}
          ) as count`;
      return row?.count ?? 0;
    },
  });
}

import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import { createForgetting as createPart } from '#platform/postgres/forgetting.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const KEPT_DAYS = 30;

/** Forgets what texts were embedded as, and what was asked, once nobody has asked for it for a month; and imports a month after their end. */
export function createForgetting(options: {
  readonly database: Pick<Database<SwitchboardCatalogue>, 'across'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  return createPart({
    ...options,
    context: 'knowledge',
    batch: 2_000,
    async forget(across, batch) {
      const [row] = await across<{ count: number }>`
        select knowledge.forget_embeddings(now() - ${KEPT_DAYS} * interval '1 day', ${batch})
          + knowledge.forget_asked_questions(now() - ${KEPT_DAYS} * interval '1 day', ${batch})
          + knowledge.forget_imports(now() - ${KEPT_DAYS} * interval '1 day', ${batch}) as count`;
      return row?.count ?? 0;
    },
  });
}

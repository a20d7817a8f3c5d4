import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createClock } from '#platform/lifecycle/clock.ts';
import { clearLabel } from './commands/clearUp/clearLabel.ts';
import { releaseConversations } from './commands/clearUp/releaseConversations.ts';

const BATCH = 20;

interface Uncleared {
  readonly companyId: string;
  readonly kind: 'LABEL' | 'TEAM' | 'AGENT';
  readonly id: string;
}

/** Takes what is gone from what goes on: deleted labels and teams, agents who left; a batch of each in turn, so that none waits for another. */
export function createClearUpClock(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  readonly logger: Logger;
}): Part {
  const { database, pollMs, logger } = options;

  function findUncleared(): Promise<Uncleared[]> {
    return database.lookup(
      (sql) => sql<Uncleared>`
        select u.company_id as "companyId", u.kind, u.id from conversations.uncleared(${BATCH}) u`,
    );
  }

  function clear({ companyId, kind, id }: Uncleared): Promise<boolean> {
    return kind === 'LABEL'
      ? clearLabel(database, companyId, id)
      : releaseConversations(database, companyId, { kind, id });
  }

  return createClock({
    name: 'clear-up clock',
    pollMs,
    logger,
    async work(stopping) {
      let moved = false;
      for (const uncleared of await findUncleared()) {
        if (stopping.aborted) return false;
        moved = (await clear(uncleared)) || moved;
      }
      return moved;
    },
  });
}

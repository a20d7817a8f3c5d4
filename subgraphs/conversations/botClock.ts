import { createClock } from '#platform/lifecycle/clock.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { giveUpOnBot } from './commands/bot/giveUpOnBot.ts';

const BATCH = 100;

interface Overdue {
  readonly companyId: string;
  readonly id: string;
}

/** Leaves conversations to people in which the bot has not answered in time, within `pollMs`. */
export function createBotClock(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { database, pollMs, logger, metrics } = options;
  const left = metrics.counter(
    'switchboard_conversations_bot_away_total',
    'Conversations that the bot let wait too long',
  );

  return createClock({
    name: 'bot clock',
    pollMs,
    logger,
    async work(stopping) {
      const overdue = await database.lookup(
        (sql) => sql<Overdue>`
          select due.company_id as "companyId", due.id from conversations.overdue_bots(${BATCH}) due`,
      );
      let opened = 0;
      for (const { companyId, id } of overdue) {
        if (stopping.aborted) return false;
        if (await giveUpOnBot(database, companyId, id)) opened += 1;
      }
      left.inc(opened);
      // A full batch has more behind it; one of which nothing was ours is in somebody else's hands.
      return opened === BATCH;
    },
  });
}

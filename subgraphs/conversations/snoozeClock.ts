import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { wakeConversation } from './commands/wakeConversation.ts';

const BATCH = 100;

interface Due {
  readonly companyId: string;
  readonly id: string;
}

/** Opens conversations whose snooze has ended, within `pollMs`. As many processes as like may do it side by side. */
export function createSnoozeClock(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { database, pollMs, logger } = options;
  const woken = options.metrics.counter('switchboard_conversations_woken_total', 'Snoozes that ended by the clock');
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  function findDue(): Promise<Due[]> {
    return database.lookup(
      (sql) => sql<Due>`
        select due.company_id as "companyId", due.id from conversations.due_conversations(${BATCH}) due`,
    );
  }

  async function wakeForever(): Promise<void> {
    for (let failed = 0; !stopping.signal.aborted;) {
      try {
        let opened = 0;
        for (const { companyId, id } of await findDue()) {
          if (stopping.signal.aborted) return;
          if (await wakeConversation(database, companyId, id)) opened += 1;
        }
        woken.inc(opened);
        failed = 0;
        // A full batch has more behind it; one of which nothing was ours is in somebody else's hands.
        if (opened < BATCH) await pause(pollMs, stopping.signal);
      } catch (error) {
        failed += 1;
        logger.warn({ err: error, failed }, 'snoozed conversations could not be opened, will try again');
        await pause(backoff(failed, { capMs: 5_000 }), stopping.signal);
      }
    }
  }

  return {
    name: 'snooze clock',
    async start() {
      stopping = new AbortController();
      loop = wakeForever();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createClock } from '#platform/lifecycle/clock.ts';
import { relieveAgent } from '../commands/relieveAgent.ts';
import type { PresenceStore } from '../presence/presenceStore.ts';

const BATCH = 100;

/**
 * Brings back to the queues what agents left unanswered who have been gone for too long: looks at those whose time has come, and at
 * no others. As many processes as like may do it side by side.
 */
export function createReliefClock(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly presence: Pick<PresenceStore, 'isCurrent'>;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { database, presence, pollMs, logger } = options;
  const returned = options.metrics.counter(
    'switchboard_assignment_returned_total',
    'Conversations that went back to a queue, as their agent had left',
  );

  return createClock({
    name: 'relief clock',
    pollMs,
    async work(signal) {
      const due = await database.lookup(
        (sql) => sql<{ companyId: string; agentId: string }>`
          select r.company_id as "companyId", r.agent_id as "agentId" from conversations.agents_to_relieve(${BATCH}) r`,
      );
      // Who seems to be gone may only have been unable to say that they are there.
      if (due.length === 0 || !(await presence.isCurrent())) return false;
      for (const agent of due) {
        if (signal.aborted) break;
        returned.inc(await relieveAgent(database, agent));
      }
      return due.length === BATCH;
    },
    logger,
  });
}

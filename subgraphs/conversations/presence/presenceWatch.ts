import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { createClock } from '#platform/lifecycle/clock.ts';
import { recordPresence } from '../commands/recordPresence.ts';
import type { AgentKey, PresenceStore } from './presenceStore.ts';

const BATCH = 100;
const POLL_MS = 500;

/**
 * Notices who is not there any more, of whom by nature nobody tells: looks at the agents whose time has come, and at no others.
 * As many processes as like may watch, each agent is looked at by one.
 */
export function createPresenceWatch(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly presence: PresenceStore;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Part {
  const { database, presence, logger } = options;
  const examined = options.metrics.counter(
    'switchboard_presence_examined_total',
    'Agents looked at, as one of their devices was not heard of in time',
  );

  async function examine(agent: AgentKey): Promise<void> {
    const sighting = await presence.examine(agent);
    await recordPresence(database, agent, sighting);
    await presence.confirm(agent, sighting);
  }

  /** Redis lost its data: whoever was there has to be looked at, and who says nothing is gone. */
  async function recallAll(): Promise<void> {
    const agents = await database.lookup(
      (sql) => sql<AgentKey & { isAway: boolean }>`
        select p.company_id as "companyId", p.agent_id as "agentId", p.is_away as "isAway"
        from conversations.present_agents() p`,
    );
    for (const { isAway, ...agent } of agents) await presence.recall(agent, isAway);
    await presence.markKnown();
    if (agents.length > 0) logger.warn({ agents: agents.length }, 'Redis had forgotten who is there');
  }

  return createClock({
    name: 'presence watch',
    pollMs: POLL_MS,
    async work() {
      if (!(await presence.isKnown())) await recallAll();
      const due = await presence.claimDue(BATCH);
      const results = await Promise.allSettled(due.map(examine));
      examined.inc(due.length);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      return due.length === BATCH;
    },
    logger,
  });
}

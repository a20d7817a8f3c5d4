import { LockMode } from '@mikro-orm/postgresql';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Agent } from '../entities/agent.ts';
import { isId } from '../ids.ts';
import { refuse, writeAsAgent, type Outcome } from './asAgent.ts';
import { tellAgent } from './tellAgent.ts';

/** What is so already changes and tells nothing. */
export async function limitAgentToTeams(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { agentId: id, limited }: { readonly agentId: string; readonly limited: boolean },
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'agents:manage', async (transaction) => {
    const { em, companyId } = transaction;
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const agent = isId(id) ? await em.findOne(Agent, { companyId, id }, { lockMode, refresh: true }) : null;
    if (!agent) return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
    if (agent.limitedToTeams !== limited) {
      agent.limitedToTeams = limited;
      await tellAgent(transaction, agent);
    }
    return { agentId: agent.id };
  });
}

import { LockMode } from '@mikro-orm/postgresql';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Agent } from '../entities/agent.ts';
import { isId } from '../ids.ts';
import { refuse, writeAsAgent, type Outcome } from './asAgent.ts';
import { audit } from './audit.ts';
import { tellLimit } from './tellLimit.ts';

/** What is so already changes and tells nothing. An admin is not limited: see docs/decisions/0013. */
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
    if (limited && agent.role === 'ADMIN') {
      const remedy = 'An admin is for the whole company, and could lift the limit: give them another role first.';
      return refuse('IS_ADMIN', remedy, 'agentId');
    }
    if (agent.limitedToTeams !== limited) {
      const before = { limitedToTeams: agent.limitedToTeams };
      agent.limitedToTeams = limited;
      await tellLimit(transaction, agent);
      const subject = { kind: 'agent', id: agent.id };
      await audit(transaction, { action: 'agent.limited', subject, before, after: { limitedToTeams: limited } });
    }
    return { agentId: agent.id };
  });
}

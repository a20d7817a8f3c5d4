import type { Identity, Role } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { refuse, refuseIfOutdated, writeAsAgent, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { tellLimit } from '../tellLimit.ts';
import { lockAdmins, lockAgent, refuseWithoutAdmin, tellAgent } from './agents.ts';
import { readName } from './inputs.ts';

/** Another name or role; what is left out stays. Who becomes an admin is not limited any more. */
export async function updateAgent(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly agentId: string;
    readonly name?: string | null | undefined;
    readonly role?: Role | null | undefined;
    readonly expectedVersion?: number | null | undefined;
  },
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'agents:manage', async (transaction) => {
    const admins = await lockAdmins(transaction);
    const agent = await lockAgent(transaction, input.agentId);
    if (!agent) return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
    const outdated = refuseIfOutdated('The agent has', agent.version, input.expectedVersion);
    if (outdated) return outdated;
    const name = input.name == null ? agent.name : readName(input.name);
    if (typeof name !== 'string') return name;
    const role = input.role ?? agent.role;
    const refusal = role === 'ADMIN' ? undefined : refuseWithoutAdmin(admins, agent.id);
    if (refusal) return refusal;

    const { id } = agent;
    const { companyId } = transaction;
    const limitedToTeams = agent.limitedToTeams && role !== 'ADMIN';
    if (name === agent.name && role === agent.role) return { agentId: id };
    await transaction.sql`
      update conversations.agents set name = ${name}, role = ${role}, limited_to_teams = ${limitedToTeams}, version = version + 1
      where company_id = ${companyId} and id = ${id}`;
    tellAgent(transaction, 'UPDATED', { ...agent, name, role });
    if (limitedToTeams !== agent.limitedToTeams) await tellLimit(transaction, { companyId, id, limitedToTeams });
    await audit(transaction, {
      action: 'agent.updated',
      subject: { kind: 'agent', id },
      before: { name: agent.name, role: agent.role, limitedToTeams: agent.limitedToTeams },
      after: { name, role, limitedToTeams },
    });
    return { agentId: id };
  });
}

import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../../ids.ts';
import { refuse, refuseIfOutdated, writeAsAgent, type Outcome } from '../asAgent.ts';
import { audit } from '../audit.ts';
import { endSessions, lockAdmins, lockAgent, refuseWithoutAdmin, tellAgent } from './agents.ts';
import { tellTeam } from './teams.ts';

/**
 * The agent does nothing any more from this moment on, and is in no team. What they had and what goes on is back with nobody
 * shortly afterwards, one conversation after the other; what they wrote and resolved stays theirs.
 */
export async function deactivateAgent(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: { readonly agentId: string; readonly expectedVersion?: number | null | undefined },
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'agents:manage', async (transaction) => {
    const { sql, companyId } = transaction;
    // Teams before agents, as whoever changes a team's members takes them.
    await sql`
      select from conversations.teams t
      join conversations.team_members m on m.company_id = t.company_id and m.team_id = t.id
      where t.company_id = ${companyId} and m.agent_id = ${isId(input.agentId) ? input.agentId : null}::uuid
      order by t.id for update of t`;
    const admins = await lockAdmins(transaction);
    const agent = await lockAgent(transaction, input.agentId);
    if (!agent) return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
    const refusal =
      refuseIfOutdated('The agent has', agent.version, input.expectedVersion) ?? refuseWithoutAdmin(admins, agent.id);
    if (refusal) return refusal;

    await sql`
      update conversations.agents set deactivated_at = now()
      where company_id = ${companyId} and id = ${agent.id}`;
    await endSessions(transaction, agent.id);
    tellAgent(transaction, 'DEACTIVATED', agent);
    const { name, email, role } = agent;
    await audit(transaction, {
      action: 'agent.deactivated',
      subject: { kind: 'agent', id: agent.id },
      before: { name, email, role },
    });
    const teams = await sql<{ id: string; name: string }>`
      with left_teams as (
        delete from conversations.team_members where company_id = ${companyId} and agent_id = ${agent.id}
        returning team_id
      )
      update conversations.teams t set version = version + 1 from left_teams l
      where t.company_id = ${companyId} and t.id = l.team_id
      returning t.id, t.name`;
    for (const team of teams) await tellTeam(transaction, 'UPDATED', team);
    return { agentId: agent.id };
  });
}

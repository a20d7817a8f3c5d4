import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../../ids.ts';
import { refuse, type Outcome } from '../asAgent.ts';
import { changeTeam, type TeamInput } from './changeTeam.ts';
import { touchTeam } from './teams.ts';

export interface MembersInput extends TeamInput {
  readonly agentIds: readonly string[];
}

/** Who is in the team already stays and tells nothing. */
export async function addTeamMembers(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: MembersInput,
): Promise<Outcome<{ teamId: string }>> {
  const ids = unique(input.agentIds);
  return changeTeam(database, identity, input, 'UPDATED', async (transaction, team) => {
    const { sql, companyId } = transaction;
    const agents = await sql<{ id: string }>`
      select id from conversations.agents
      where company_id = ${companyId} and id = any(${ids.filter(isId)}::uuid[]) and deactivated_at is null
      order by id for key share`;
    if (agents.length < ids.length) return refuse('NOT_FOUND', 'Not all of these are agents.', 'agentIds');
    const added = await sql`
      insert into conversations.team_members (company_id, team_id, agent_id)
      select ${companyId}, ${team.id}, id from unnest(${agents.map(({ id }) => id)}::uuid[]) as id
      on conflict do nothing returning 1 as added`;
    if (added.length === 0) return undefined;
    await touchTeam(transaction, team.id);
    return team;
  });
}

/** Who is not in the team stays out of it and tells nothing. Conversations stay with whom they are assigned to. */
export async function removeTeamMembers(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: MembersInput,
): Promise<Outcome<{ teamId: string }>> {
  return changeTeam(database, identity, input, 'UPDATED', async (transaction, team) => {
    const { sql, companyId } = transaction;
    const removed = await sql`
      delete from conversations.team_members
      where company_id = ${companyId} and team_id = ${team.id} and agent_id = any(${input.agentIds.filter(isId)}::uuid[])
      returning 1 as removed`;
    if (removed.length === 0) return undefined;
    await touchTeam(transaction, team.id);
    return team;
  });
}

/** Case makes no difference to an id. */
function unique(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}

import { isId } from '../../ids.ts';
import type { AgentTransaction } from '../asAgent.ts';

interface Team {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** The team, held until the transaction ends: nobody gives it a conversation meanwhile. */
export async function lockTeam({ sql, companyId }: AgentTransaction, id: string): Promise<Team | undefined> {
  if (!isId(id)) return undefined;
  const [team] = await sql<Team>`
    select id, name, version from conversations.teams
    where company_id = ${companyId} and id = ${id} and deleted_at is null for update`;
  return team;
}

/** Call it after the last change: it tells who is in the team now. */
export async function tellTeam(
  { sql, publish, companyId, actor }: AgentTransaction,
  change: 'CREATED' | 'UPDATED' | 'DELETED',
  { id, name }: { readonly id: string; readonly name: string },
): Promise<void> {
  const members = await sql<{ id: string }>`
    select agent_id as id from conversations.team_members
    where company_id = ${companyId} and team_id = ${id} order by agent_id`;
  const team = { id, name, memberIds: members.map((member) => member.id) };
  publish({ type: 'conversation.team.changed', actor, data: { change, team } });
}

/** Counts a change of the team up that is not in its own row. */
export async function touchTeam({ sql, companyId }: AgentTransaction, id: string): Promise<void> {
  await sql`
    update conversations.teams set version = version + 1 where company_id = ${companyId} and id = ${id}`;
}

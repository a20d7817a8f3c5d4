import type { Role } from '#platform/identity/identity.ts';
import { isId } from '../../ids.ts';
import { refuse, type AgentTransaction, type Refusal } from '../asAgent.ts';

export interface ActiveAgent {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly limitedToTeams: boolean;
  readonly version: number;
}

/** The agent, held until the transaction ends: nobody gives them a conversation meanwhile. */
export async function lockAgent({ sql, companyId }: AgentTransaction, id: string): Promise<ActiveAgent | undefined> {
  if (!isId(id)) return undefined;
  const [agent] = await sql<ActiveAgent>`
    select id, name, email, role, limited_to_teams as "limitedToTeams", version from conversations.agents
    where company_id = ${companyId} and id = ${id} and deactivated_at is null for update`;
  return agent;
}

/** Holds all admins, in one order, before anybody of them is looked at: of two who leave at once, the second sees the first gone. */
export async function lockAdmins({ sql, companyId }: AgentTransaction): Promise<ReadonlySet<string>> {
  const admins = await sql<{ id: string }>`
    select id from conversations.agents
    where company_id = ${companyId} and role = 'ADMIN' and deactivated_at is null order by id for update`;
  return new Set(admins.map(({ id }) => id));
}

export function refuseWithoutAdmin(admins: ReadonlySet<string>, leaving: string): Refusal | undefined {
  if (admins.size > 1 || !admins.has(leaving)) return undefined;
  return refuse('LAST_ADMIN', 'A company needs an admin: make somebody else one first.', 'agentId');
}

/** Every token that was issued to them so far is worth nothing from this moment on, and whoever holds one is told. */
export async function endSessions(
  { sql, companyId, publish, actor }: AgentTransaction,
  agentId: string,
): Promise<void> {
  const [ended] = await sql<{ at: Date }>`
    update conversations.agents set signed_out_at = clock_timestamp(), version = version + 1
    where company_id = ${companyId} and id = ${agentId} returning signed_out_at as at`;
  if (!ended) return;
  publish({ type: 'conversation.agent.signedOut', actor, data: { agentId, at: ended.at.toISOString() } });
}

export function tellAgent(
  { publish, actor }: AgentTransaction,
  change: 'ADDED' | 'UPDATED' | 'DEACTIVATED',
  { id, name, email, role }: Pick<ActiveAgent, 'id' | 'name' | 'email' | 'role'>,
): void {
  publish({ type: 'conversation.agent.changed', actor, data: { change, agent: { id, name, email, role } } });
}

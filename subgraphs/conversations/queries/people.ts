import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { agentColumns, type AgentRow, type LabelRow, type TeamRow } from '../rows.ts';
import type { ReplyRule } from '../rules/replyWindow.ts';

/** More than any company shows in one menu. */
const MAX_LISTED = 1_000;

// By id also those that are gone: activities and resolved conversations name them.
const teamColumns = fragment`id, name, version, deleted_at as "deletedAt"`;
const labelColumns = fragment`id, name, color, version, deleted_at as "deletedAt"`;

export async function agentsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<AgentRow[]> {
  return sql<AgentRow>`
    select ${agentColumns} from conversations.agents a where a.company_id = ${companyId} and a.id = any(${ids}::uuid[])`;
}

export async function listAgents(sql: Sql, companyId: string): Promise<AgentRow[]> {
  return sql<AgentRow>`
    select ${agentColumns} from conversations.agents a
    where a.company_id = ${companyId} and a.deactivated_at is null order by a.name, a.id limit ${MAX_LISTED}`;
}

export async function agentsOfTeams(
  sql: Sql,
  companyId: string,
  teamIds: readonly string[],
): Promise<(AgentRow & { readonly teamId: string })[]> {
  return sql<AgentRow & { teamId: string }>`
    select m.team_id as "teamId", ${agentColumns}
    from conversations.team_members m
    join conversations.agents a on a.company_id = m.company_id and a.id = m.agent_id
    where m.company_id = ${companyId} and m.team_id = any(${teamIds}::uuid[]) order by a.name, a.id`;
}

export async function teamsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<TeamRow[]> {
  return sql<TeamRow>`
    select ${teamColumns} from conversations.teams where company_id = ${companyId} and id = any(${ids}::uuid[])`;
}

export async function listTeams(sql: Sql, companyId: string): Promise<TeamRow[]> {
  return sql<TeamRow>`
    select ${teamColumns} from conversations.teams
    where company_id = ${companyId} and deleted_at is null order by name limit ${MAX_LISTED}`;
}

export async function teamsOfAgents(
  sql: Sql,
  companyId: string,
  agentIds: readonly string[],
): Promise<(TeamRow & { readonly agentId: string })[]> {
  return sql<TeamRow & { agentId: string }>`
    select m.agent_id as "agentId", mine.* from conversations.team_members m
    cross join lateral (
      select ${teamColumns} from conversations.teams
      where company_id = m.company_id and id = m.team_id and deleted_at is null
    ) mine
    where m.company_id = ${companyId} and m.agent_id = any(${agentIds}::uuid[]) order by mine.name`;
}

export async function labelsByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<LabelRow[]> {
  return sql<LabelRow>`
    select ${labelColumns} from conversations.labels where company_id = ${companyId} and id = any(${ids}::uuid[])`;
}

export async function listLabels(sql: Sql, companyId: string): Promise<LabelRow[]> {
  return sql<LabelRow>`
    select ${labelColumns} from conversations.labels
    where company_id = ${companyId} and deleted_at is null order by name limit ${MAX_LISTED}`;
}

/** What decides whether each of these may be written to, see {@link replyWindow}. */
export async function replyRulesOf(
  sql: Sql,
  companyId: string,
  identityIds: readonly string[],
): Promise<(ReplyRule & { readonly id: string })[]> {
  return sql<ReplyRule & { id: string }>`
    select i.id, i.last_inbound_at as "lastInboundAt", c.human_agent as "humanAgent"
    from conversations.contact_identities i
    left join conversations.channels c on c.company_id = i.company_id and c.id = i.channel_id
    where i.company_id = ${companyId} and i.id = any(${identityIds}::uuid[])`;
}

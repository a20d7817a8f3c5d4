import { fragment, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { Platform } from '#schema/events/values.ts';

export type Strategy = 'ROUND_ROBIN' | 'FEWEST_OPEN';
export type QueueOrder = 'OLDEST_FIRST' | 'MOST_URGENT_FIRST';

export interface PolicyRow {
  readonly id: string;
  readonly companyId: string;
  readonly teamId: string | null;
  readonly channelId: string | null;
  readonly agentsOfTeamId: string | null;
  readonly strategy: Strategy;
  readonly order: QueueOrder;
  readonly graceSeconds: number;
  readonly isEnabled: boolean;
}

const policyColumns = fragment`p.id, p.company_id as "companyId", p.team_id as "teamId", p.channel_id as "channelId",
  p.agents_of_team_id as "agentsOfTeamId", p.strategy, p.queue_order as "order", p.grace_seconds as "graceSeconds",
  p.is_enabled as "isEnabled"`;

/** Conversations `c` that wait for somebody: open, with nobody, and the contact without an answer. */
const waits = fragment`c.status = 'OPEN' and c.assignee_id is null and c.waiting_since is not null`;
const urgency = fragment`conversations.urgency(c.priority)`;

/** For statements over conversations `c`: joins the policy that a conversation is under as `p`. Its team's, or else its channel's. */
export const policyOfConversation = fragment`join conversations.assignment_policies p on p.company_id = c.company_id
  and p.is_enabled and (p.team_id = c.team_id or (c.team_id is null and p.channel_id = c.channel_id))`;

function queueOf({ companyId, teamId, channelId }: PolicyRow): Fragment {
  const under =
    teamId === null ? fragment`c.team_id is null and c.channel_id = ${channelId}` : fragment`c.team_id = ${teamId}`;
  return fragment`c.company_id = ${companyId} and ${waits} and ${under}`;
}

/** Policies of the company that have something waiting. */
export async function policiesWithQueue(sql: Sql, companyId: string): Promise<{ readonly id: string }[]> {
  return sql<{ id: string }>`
    select p.id from conversations.assignment_policies p
    where p.company_id = ${companyId} and p.is_enabled and (
      exists (select from conversations.conversations c
        where c.company_id = ${companyId} and c.team_id = p.team_id and ${waits})
      or exists (select from conversations.conversations c
        where c.company_id = ${companyId} and c.team_id is null and c.channel_id = p.channel_id and ${waits}))`;
}

/** The policy, held until the transaction ends: what it gives out, it gives out one after the other. */
export async function lockPolicy(sql: Sql, companyId: string, id: string): Promise<PolicyRow | undefined> {
  const [policy] = await sql<PolicyRow>`
    select ${policyColumns} from conversations.assignment_policies p
    where p.company_id = ${companyId} and p.id = ${id} and p.is_enabled for update`;
  return policy;
}

export async function listPolicies(sql: Sql, companyId: string): Promise<PolicyRow[]> {
  return sql<PolicyRow>`
    select ${policyColumns} from conversations.assignment_policies p where p.company_id = ${companyId} order by p.id`;
}

export async function policiesByIds(sql: Sql, companyId: string, ids: readonly string[]): Promise<PolicyRow[]> {
  return sql<PolicyRow>`
    select ${policyColumns} from conversations.assignment_policies p
    where p.company_id = ${companyId} and p.id = any(${ids}::uuid[])`;
}

/** Who is next in a policy's queue, of the platforms that are left. */
export async function nextWaiting(
  sql: Sql,
  policy: PolicyRow,
  without: readonly Platform[],
): Promise<{ readonly id: string; readonly platform: Platform } | undefined> {
  const order =
    policy.order === 'OLDEST_FIRST' ? fragment`c.waiting_since, c.id` : fragment`${urgency}, c.waiting_since, c.id`;
  const [next] = await sql<{ id: string; platform: Platform }>`
    select c.id, c.platform from conversations.conversations c
    where ${queueOf(policy)} and c.platform <> all(${without}::text[])
    order by ${order} limit 1`;
  return next;
}

/** Agents `l` who may get a conversation of the policy on this platform now. */
function candidates({ companyId, teamId, agentsOfTeamId }: PolicyRow, platform: Platform): Fragment {
  const ofTeam = teamId ?? agentsOfTeamId;
  const isMember = fragment`and exists (select from conversations.team_members m
    where m.company_id = ${companyId} and m.team_id = ${ofTeam} and m.agent_id = l.agent_id)`;
  return fragment`l.company_id = ${companyId} and l.presence = 'ONLINE'
    and l.load + conversations.load_weight(l.weights, ${platform}) <= l.capacity
    and exists (select from conversations.agents a
      where a.company_id = l.company_id and a.id = l.agent_id and a.deactivated_at is null)
    ${ofTeam === null ? fragment`` : isMember}`;
}

/** Whose turn it is. The least loaded by their own limit, and among equals who has waited longest for one. */
export async function nextAgent(sql: Sql, policy: PolicyRow, platform: Platform): Promise<string | undefined> {
  const turn = fragment`l.last_given_at nulls first, l.agent_id`;
  const order = policy.strategy === 'ROUND_ROBIN' ? turn : fragment`l.load::float8 / greatest(l.capacity, 1), ${turn}`;
  const [agent] = await sql<{ id: string }>`
    select l.agent_id as id from conversations.agent_load l
    where ${candidates(policy, platform)} order by ${order} limit 1`;
  return agent?.id;
}

/** Holds the agent's load until the transaction ends. False when they cannot take it any more. */
export async function lockAgent(sql: Sql, policy: PolicyRow, platform: Platform, agentId: string): Promise<boolean> {
  const held = await sql`
    update conversations.agent_load l set last_given_at = clock_timestamp()
    where l.agent_id = ${agentId} and ${candidates(policy, platform)}
    returning l.agent_id`;
  return held.length > 0;
}

export interface QueuePlaceRow {
  readonly id: string;
  readonly position: number;
  readonly since: Date;
}

/** Where each of these conversations stands in its queue; those that wait in none are left out. */
export async function queuePlaces(sql: Sql, companyId: string, ids: readonly string[]): Promise<QueuePlaceRow[]> {
  const ahead = fragment`(p.queue_order = 'OLDEST_FIRST' or conversations.urgency(o.priority) = conversations.urgency(c.priority))
    and (o.waiting_since, o.id) <= (c.waiting_since, c.id)
    or p.queue_order = 'MOST_URGENT_FIRST' and conversations.urgency(o.priority) < conversations.urgency(c.priority)`;
  const waiting = fragment`o.company_id = ${companyId} and o.status = 'OPEN' and o.assignee_id is null
    and o.waiting_since is not null and (${ahead})`;
  return sql<QueuePlaceRow>`
    select c.id, c.waiting_since as since,
      case when p.team_id is null then
        (select count(*)::int from conversations.conversations o
         where ${waiting} and o.team_id is null and o.channel_id = p.channel_id)
      else
        (select count(*)::int from conversations.conversations o where ${waiting} and o.team_id = p.team_id)
      end as position
    from conversations.conversations c ${policyOfConversation}
    where c.company_id = ${companyId} and c.id = any(${ids}::uuid[]) and ${waits}`;
}

export interface QueueRow {
  readonly id: string;
  readonly depth: number;
  readonly oldestSince: Date | null;
}

/** What waits under each of these policies, one statement for all. */
export async function queuesOfPolicies(sql: Sql, companyId: string, ids: readonly string[]): Promise<QueueRow[]> {
  return sql<QueueRow>`
    select p.id, count(c.id)::int as depth, min(c.waiting_since) as "oldestSince"
    from conversations.assignment_policies p
    left join conversations.conversations c on c.company_id = p.company_id and ${waits}
      and (c.team_id = p.team_id or (c.team_id is null and c.channel_id = p.channel_id))
    where p.company_id = ${companyId} and p.id = any(${ids}::uuid[])
    group by p.id`;
}

export interface WorkloadRow {
  /** Of the agent. */
  readonly id: string;
  readonly capacity: number;
  readonly load: number;
  readonly weights: Readonly<Partial<Record<Platform, number>>>;
  readonly exceededCount: number;
}

export async function workloadsOf(sql: Sql, companyId: string, agentIds: readonly string[]): Promise<WorkloadRow[]> {
  return sql<WorkloadRow>`
    select l.agent_id as id, l.capacity, l.load, l.weights, l.exceeded_count as "exceededCount"
    from conversations.agent_load l where l.company_id = ${companyId} and l.agent_id = any(${agentIds}::uuid[])`;
}

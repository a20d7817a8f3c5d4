import { isDeepStrictEqual } from 'node:util';
import { v7 } from 'uuid';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import type { PolicyRow, QueueOrder, Strategy } from '../queries/assignment.ts';
import { refuse, writeAsAgent, type AgentTransaction, type Outcome, type Refusal } from './asAgent.ts';
import { audit } from './audit.ts';

type Policy = Omit<PolicyRow, 'id' | 'companyId'>;

const MAX_GRACE_SECONDS = 7 * 24 * 60 * 60;

export interface PolicyInput {
  readonly teamId?: string | null | undefined;
  readonly channelId?: string | null | undefined;
  readonly agentsOfTeamId?: string | null | undefined;
  readonly strategy: Strategy;
  readonly order: QueueOrder;
  readonly graceSeconds: number;
  readonly isEnabled: boolean;
}

/** The policy of a team or of a channel, which has one at the most, as a whole: it replaces the one that was. */
export async function setAssignmentPolicy(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: PolicyInput,
): Promise<Outcome<{ policyId: string }>> {
  return writeAsAgent(database, identity, 'assignment:manage', async (transaction) => {
    const { sql, publish, companyId, actor } = transaction;
    const refusal = refuseShape(input) ?? (await refuseUnknown(transaction, input));
    if (refusal) return refusal;
    const { teamId = null, channelId = null, agentsOfTeamId = null, strategy, order, graceSeconds, isEnabled } = input;
    const before = await holdPolicy(transaction, { teamId, channelId });
    const scope = teamId === null ? fragment`(company_id, channel_id)` : fragment`(company_id, team_id)`;
    const [policy] = await sql<{ id: string }>`
      insert into conversations.assignment_policies
        (company_id, id, team_id, channel_id, agents_of_team_id, strategy, queue_order, grace_seconds, is_enabled)
      values (${companyId}, ${v7()}, ${teamId}::uuid, ${channelId}::uuid, ${agentsOfTeamId}::uuid, ${strategy}, ${order},
        ${graceSeconds}, ${isEnabled})
      on conflict ${scope} do update set
        agents_of_team_id = excluded.agents_of_team_id, strategy = excluded.strategy, queue_order = excluded.queue_order,
        grace_seconds = excluded.grace_seconds, is_enabled = excluded.is_enabled
      returning id`;
    if (!policy) throw new Error('an upsert returned no row');
    const after = { teamId, channelId, agentsOfTeamId, strategy, order, graceSeconds, isEnabled };
    if (!isDeepStrictEqual(before, after)) {
      const action = before ? 'assignmentPolicy.updated' : 'assignmentPolicy.created';
      await audit(transaction, { action, subject: { kind: 'assignmentPolicy', id: policy.id }, before, after });
    }
    // Who is gone may have been for too long by the new rule.
    await sql`
      update conversations.agent_load set return_due_at = now()
      where company_id = ${companyId} and presence = 'OFFLINE' and load > 0`;
    publish({ type: 'conversation.routing.changed', actor, data: { change: 'POLICY', policyId: policy.id } });
    return { policyId: policy.id };
  });
}

/** Nothing is given out by it any more, and nothing goes back to its queue. */
export async function removeAssignmentPolicy(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { policyId }: { readonly policyId: string },
): Promise<Outcome<{ policyId: string }>> {
  return writeAsAgent(database, identity, 'assignment:manage', async (transaction) => {
    const { sql, publish, companyId, actor } = transaction;
    const [removed] = isId(policyId)
      ? await sql<{ id: string; before: Policy }>`
          delete from conversations.assignment_policies p where company_id = ${companyId} and id = ${policyId}
          returning id, ${asAudited} as before`
      : [];
    if (!removed) return refuse('NOT_FOUND', 'There is no such policy.', 'policyId');
    const { id, before } = removed;
    await audit(transaction, { action: 'assignmentPolicy.removed', subject: { kind: 'assignmentPolicy', id }, before });
    publish({ type: 'conversation.routing.changed', actor, data: { change: 'POLICY', policyId: id } });
    return { policyId: id };
  });
}

/** What the audit log says of policy `p`. */
const asAudited = fragment`jsonb_build_object('teamId', p.team_id, 'channelId', p.channel_id,
  'agentsOfTeamId', p.agents_of_team_id, 'strategy', p.strategy, 'order', p.queue_order, 'graceSeconds', p.grace_seconds,
  'isEnabled', p.is_enabled)`;

/** The policy that there is. A company's policies are set in turn, so that nobody sets another one of the same at the same moment. */
async function holdPolicy(
  { sql, companyId }: AgentTransaction,
  { teamId, channelId }: Pick<Policy, 'teamId' | 'channelId'>,
): Promise<Policy | null> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`conversations.policies ${companyId}`}, 0))`;
  const [found] = await sql<{ before: Policy }>`
    select ${asAudited} as before from conversations.assignment_policies p
    where p.company_id = ${companyId} and (p.team_id = ${teamId}::uuid or p.channel_id = ${channelId}::uuid)`;
  return found?.before ?? null;
}

function refuseShape({ teamId, channelId, agentsOfTeamId, graceSeconds }: PolicyInput): Refusal | undefined {
  if ((teamId == null) === (channelId == null)) {
    return refuse('INVALID', 'A policy is either of a team or of a channel: give one of the two.', 'teamId');
  }
  if (teamId != null && agentsOfTeamId != null) {
    return refuse('INVALID', 'A team’s conversations go to its own members: leave this out.', 'agentsOfTeamId');
  }
  if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > MAX_GRACE_SECONDS) {
    return refuse('INVALID', `The grace has to be from 0 to ${MAX_GRACE_SECONDS} seconds.`, 'graceSeconds');
  }
  return undefined;
}

async function refuseUnknown(
  transaction: AgentTransaction,
  { teamId, channelId, agentsOfTeamId }: PolicyInput,
): Promise<Refusal | undefined> {
  const teams = fragment`(select company_id, id from conversations.teams where deleted_at is null) team`;
  if (!(await isThere(transaction, teams, teamId))) return refuse('NOT_FOUND', 'There is no such team.', 'teamId');
  if (!(await isThere(transaction, teams, agentsOfTeamId))) {
    return refuse('NOT_FOUND', 'There is no such team.', 'agentsOfTeamId');
  }
  if (!(await isThere(transaction, fragment`conversations.channels`, channelId))) {
    return refuse('NOT_FOUND', 'There is no such channel.', 'channelId');
  }
  return undefined;
}

/** What is not given is not missing. */
async function isThere(
  { sql, companyId }: AgentTransaction,
  table: Fragment,
  id: string | null | undefined,
): Promise<boolean> {
  if (id == null) return true;
  if (!isId(id)) return false;
  return (await sql`select from ${table} where company_id = ${companyId} and id = ${id}`).length > 0;
}

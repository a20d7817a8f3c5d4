import { fragment } from '#platform/postgres/sql.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import type { AssignmentChange } from '../rules/change.ts';
import { whyNotStay, type Holder, type PolicyReason } from '../rules/assignment.ts';

/**
 * The contact waits, having written or still: whether the conversation stays with the agent whom it is with, or goes to the queue of its policy. One
 * without a policy stays.
 *
 * @param options.reopened whether the contact opened it; then its agent's load is held, as it decides
 */
export async function settleAssignee(
  { sql }: Transaction,
  conversation: ConversationEntity,
  { reopened, at }: { readonly reopened: boolean; readonly at: Date },
): Promise<AssignmentChange[]> {
  const { companyId, assigneeId, teamId, channelId, platform, status, waitingSince } = conversation;
  if (status !== 'OPEN' || assigneeId === null || waitingSince === null) return [];
  const [holder] = await sql<Holder & { policyId: string }>`
    select l.presence, l.presence_since as since, p.grace_seconds as "graceSeconds", p.id as "policyId",
      l.load + conversations.load_weight(l.weights, ${platform}) <= l.capacity as "hasRoom"
    from conversations.agent_load l
    join conversations.assignment_policies p on p.company_id = l.company_id and p.is_enabled
      and (p.team_id = ${teamId} or (${teamId}::uuid is null and p.channel_id = ${channelId}))
    where l.company_id = ${companyId} and l.agent_id = ${assigneeId} ${reopened ? fragment`for update of l` : fragment``}`;
  const reason = holder && whyNotStay(holder, { reopened, at });
  return reason ? [takeAway(conversation, reason, holder.policyId)] : [];
}

/** Nobody has it any more; what its team is stays. */
export function takeAway(
  conversation: ConversationEntity,
  reason: PolicyReason,
  policyId: string | null,
): AssignmentChange {
  const { assigneeId: previousAssigneeId, teamId } = conversation;
  conversation.assigneeId = null;
  const team = { teamId, previousTeamId: teamId };
  return { kind: 'ASSIGNED', assigneeId: null, previousAssigneeId, ...team, reason, policyId };
}

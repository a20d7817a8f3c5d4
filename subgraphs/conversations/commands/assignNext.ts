import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { lockAgent, lockPolicy, nextAgent, nextWaiting, type PolicyRow } from '../queries/assignment.ts';
import { systemActor } from '../rules/systemRule.ts';
import { tellChanges } from './tellChanges.ts';

/**
 * Gives whoever waits first under the policy to the agent whose turn it is. Any number of processes may do it at once: the policy's
 * row brings them into turn, and the agent's row holds the limit against everything else that changes what the agent has, until both
 * are written. Locks are taken as every write takes them, the conversation before the load.
 *
 * @returns False when nobody waits, or nobody can take one of those who wait.
 */
export async function assignNext(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  policyId: string,
): Promise<boolean> {
  return database.write(companyId, async (transaction) => {
    const policy = await lockPolicy(transaction.sql, companyId, policyId);
    const found = policy && (await match(transaction, policy));
    if (!found) return false;
    const { conversation, agentId } = found;
    const { teamId } = conversation;
    conversation.assigneeId = agentId;
    await tellChanges(transaction, {
      actor: systemActor('ASSIGNMENT'),
      conversation,
      changes: [
        {
          kind: 'ASSIGNED',
          assigneeId: agentId,
          previousAssigneeId: null,
          teamId,
          previousTeamId: teamId,
          reason: 'POLICY',
          policyId: policy.id,
        },
      ],
    });
    return true;
  });
}

/** The first in the queue for whom there is an agent, both locked. Where a platform weighs too much for all, others may still fit. */
async function match(
  transaction: Transaction,
  policy: PolicyRow,
): Promise<{ readonly conversation: ConversationEntity; readonly agentId: string } | undefined> {
  const { sql } = transaction;
  const unplaced: Platform[] = [];
  for (;;) {
    const next = await nextWaiting(sql, policy, unplaced);
    if (!next) return undefined;
    const agentId = await nextAgent(sql, policy, next.platform);
    if (agentId === undefined) {
      unplaced.push(next.platform);
      continue;
    }
    const conversation = await lockWaiting(transaction, policy, next.id);
    // Whoever was faster with either has changed it by now, and the next look sees that.
    if (conversation && (await lockAgent(sql, policy, next.platform, agentId))) return { conversation, agentId };
  }
}

async function lockWaiting(
  { em }: Transaction,
  { companyId, teamId, channelId }: PolicyRow,
  id: string,
): Promise<ConversationEntity | null> {
  const place = teamId === null ? { teamId, channelId: channelId ?? '' } : { teamId };
  const where = { companyId, id, status: 'OPEN', assigneeId: null, waitingSince: { $ne: null }, ...place } as const;
  return em.findOne(Conversation, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

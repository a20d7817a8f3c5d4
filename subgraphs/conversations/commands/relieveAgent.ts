import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../entities/conversation.ts';
import { policyOfConversation } from '../queries/assignment.ts';
import { systemActor } from '../rules/systemRule.ts';
import { takeAway } from './settleAssignee.ts';
import { tellChanges } from './tellChanges.ts';

interface Agent {
  readonly companyId: string;
  readonly agentId: string;
}

interface Left {
  readonly id: string;
  readonly policyId: string;
}

const BATCH = 100;

/** An agent `l` who has been gone for longer than policy `p` allows. */
const isGone = fragment`l.presence = 'OFFLINE' and l.presence_since + p.grace_seconds * interval '1 second' <= now()`;

/**
 * What an agent who left has not answered goes back to the queues, each conversation in a transaction of its own; what is answered
 * stays, until its contact writes.
 *
 * @returns How many went back.
 */
export async function relieveAgent(database: Database<SwitchboardCatalogue>, agent: Agent): Promise<number> {
  let returned = 0;
  for (;;) {
    const left = await leftBy(database, agent);
    for (const conversation of left) if (await giveBack(database, agent, conversation)) returned += 1;
    if (left.length < BATCH) break;
  }
  await lookAgainLater(database, agent);
  return returned;
}

async function leftBy(database: Database<SwitchboardCatalogue>, { companyId, agentId }: Agent): Promise<Left[]> {
  return database.write(
    companyId,
    ({ sql }) => sql<Left>`
      select c.id, p.id as "policyId"
      from conversations.agent_load l
      join conversations.conversations c on c.company_id = l.company_id and c.assignee_id = l.agent_id
      ${policyOfConversation}
      where l.company_id = ${companyId} and l.agent_id = ${agentId} and ${isGone}
        and c.status = 'OPEN' and c.waiting_since is not null
      order by c.waiting_since limit ${BATCH}`,
  );
}

async function giveBack(
  database: Database<SwitchboardCatalogue>,
  { companyId, agentId }: Agent,
  { id, policyId }: Left,
): Promise<boolean> {
  return database.write(companyId, async (transaction) => {
    const where = { companyId, id, assigneeId: agentId, status: 'OPEN', waitingSince: { $ne: null } } as const;
    const lockMode = LockMode.PESSIMISTIC_WRITE;
    const conversation = await transaction.em.findOne(Conversation, where, { lockMode });
    // Whoever comes back waits for this, or is back already.
    const gone = await transaction.sql`
      select from conversations.agent_load l
      join conversations.assignment_policies p on p.company_id = l.company_id and p.id = ${policyId}
      where l.company_id = ${companyId} and l.agent_id = ${agentId} and ${isGone} for update of l`;
    if (!conversation || gone.length === 0) return false;
    const changes = [takeAway(conversation, 'AGENT_LEFT', policyId)];
    await tellChanges(transaction, { actor: systemActor('ASSIGNMENT'), conversation, changes });
    return true;
  });
}

/** Another policy may allow more; whoever is back is looked at when they leave again. */
async function lookAgainLater(database: Database<SwitchboardCatalogue>, { companyId, agentId }: Agent): Promise<void> {
  await database.write(
    companyId,
    ({ sql }) => sql`
      update conversations.agent_load l set return_due_at = case when l.presence = 'OFFLINE' then (
        select min(l.presence_since + p.grace_seconds * interval '1 second')
        from conversations.assignment_policies p
        where p.company_id = l.company_id and p.is_enabled
          and l.presence_since + p.grace_seconds * interval '1 second' > now()
      ) end
      where l.company_id = ${companyId} and l.agent_id = ${agentId}`,
  );
}

import { LockMode } from '@mikro-orm/postgresql';
import type { Database } from '#platform/postgres/database.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Conversation } from '../../entities/conversation.ts';
import type { Transaction } from '../../facts.ts';
import { systemActor } from '../../rules/systemRule.ts';
import { tellChanges } from '../tellChanges.ts';

const BATCH = 100;

/** Who had conversations and is gone. */
export interface Gone {
  readonly kind: 'TEAM' | 'AGENT';
  readonly id: string;
}

/**
 * Gives some more of the conversations that go on back to nobody, each in a transaction of its own.
 *
 * @returns Whether something was done.
 */
export async function releaseConversations(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  gone: Gone,
): Promise<boolean> {
  const { owner, table } = places[gone.kind];
  const theirs = fragment`company_id = ${companyId} and ${owner} = ${gone.id} and status <> 'RESOLVED'`;
  const batch = await database.write(
    companyId,
    ({ sql }) => sql<{ id: string }>`select id from conversations.conversations where ${theirs} limit ${BATCH}`,
  );
  let released = false;
  for (const { id } of batch) released = (await release(database, companyId, id, gone)) || released;
  if (batch.length > 0) return released;

  const done = await database.write(
    companyId,
    ({ sql }) => sql`
      update ${table} set cleared_at = now()
      where company_id = ${companyId} and id = ${gone.id} and cleared_at is null
        and not exists (select from conversations.conversations where ${theirs})
      returning 1 as done`,
  );
  return done.length > 0;
}

const places = {
  AGENT: { owner: fragment`assignee_id`, table: fragment`conversations.agents` },
  TEAM: { owner: fragment`team_id`, table: fragment`conversations.teams` },
} as const;

/** False: somebody else has it in hand, or there is nothing to do any more, also because the agent came back. */
async function release(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  id: string,
  gone: Gone,
): Promise<boolean> {
  return database.write(companyId, async (transaction) => {
    const lockMode = LockMode.PESSIMISTIC_PARTIAL_WRITE;
    const conversation = await transaction.em.findOne(Conversation, { companyId, id }, { lockMode });
    if (!conversation || conversation.status === 'RESOLVED') return false;
    const isAgent = gone.kind === 'AGENT';
    const { assigneeId: previousAssigneeId, teamId: previousTeamId } = conversation;
    if ((isAgent ? previousAssigneeId : previousTeamId) !== gone.id) return false;
    if (isAgent && !(await hasLeft(transaction, companyId, gone.id))) return false;

    if (isAgent) conversation.assigneeId = null;
    else conversation.teamId = null;
    const { assigneeId, teamId } = conversation;
    const reason = isAgent ? 'AGENT_DEACTIVATED' : 'TEAM_DELETED';
    await tellChanges(transaction, {
      actor: systemActor(isAgent ? 'AGENT_LEFT' : 'TEAM_DELETED'),
      conversation,
      changes: [{ kind: 'ASSIGNED', assigneeId, teamId, previousAssigneeId, previousTeamId, reason }],
    });
    return true;
  });
}

async function hasLeft({ sql }: Transaction, companyId: string, id: string): Promise<boolean> {
  const left = await sql`
    select from conversations.agents where company_id = ${companyId} and id = ${id} and deactivated_at is not null`;
  return left.length > 0;
}

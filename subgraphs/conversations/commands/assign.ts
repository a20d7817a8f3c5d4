import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import { refuse, type AgentTransaction, type Outcome } from './asAgent.ts';
import { changeConversation, type ConversationInput } from './changeConversation.ts';

/** Agent and team are independent of each other: what is undefined stays, null takes the assignment away. */
export async function assign(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput & {
    readonly agentId?: string | null | undefined;
    readonly teamId?: string | null | undefined;
  },
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, async (transaction, conversation) => {
    const { assigneeId: previousAssigneeId, teamId: previousTeamId } = conversation;
    const assigneeId = input.agentId && (await existing(transaction, fragment`conversations.agents`, input.agentId));
    if (input.agentId != null && !assigneeId) return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
    const teamId = input.teamId && (await existing(transaction, fragment`conversations.teams`, input.teamId));
    if (input.teamId != null && !teamId) return refuse('NOT_FOUND', 'There is no such team.', 'teamId');

    if (assigneeId !== undefined) conversation.assigneeId = assigneeId;
    if (teamId !== undefined) conversation.teamId = teamId;
    const now = { assigneeId: conversation.assigneeId, teamId: conversation.teamId };
    if (now.assigneeId === previousAssigneeId && now.teamId === previousTeamId) return [];
    return [{ kind: 'ASSIGNED', ...now, previousAssigneeId, previousTeamId }];
  });
}

/** The id as the table of the company has it. */
async function existing(
  { sql, companyId }: AgentTransaction,
  table: Fragment,
  id: string,
): Promise<string | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await sql<{ id: string }>`select id from ${table} where company_id = ${companyId} and id = ${id}`;
  return row?.id;
}

import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { isId } from '../ids.ts';
import type { Change } from '../rules/change.ts';
import { refuse, type CallerTransaction, type Outcome, type Refusal } from './asAgent.ts';
import { changeConversation, type ConversationInput } from './changeConversation.ts';

export interface AssignmentInput {
  readonly agentId?: string | null | undefined;
  readonly teamId?: string | null | undefined;
}

/** Agent and team are independent of each other: what is undefined stays, null takes the assignment away. */
export async function assign(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: ConversationInput & AssignmentInput,
): Promise<Outcome<{ conversationId: string }>> {
  return changeConversation(database, identity, input, (transaction, conversation) =>
    changeAssignment(transaction, conversation, input),
  );
}

export async function changeAssignment(
  transaction: CallerTransaction,
  conversation: ConversationEntity,
  input: AssignmentInput,
): Promise<readonly Change[] | Refusal> {
  const { assigneeId: previousAssigneeId, teamId: previousTeamId } = conversation;
  const assigneeId = input.agentId && (await activeAgent(transaction, input.agentId));
  if (input.agentId != null && !assigneeId) return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
  const teamId = input.teamId && (await livingTeam(transaction, input.teamId));
  if (input.teamId != null && !teamId) return refuse('NOT_FOUND', 'There is no such team.', 'teamId');

  if (assigneeId !== undefined) conversation.assigneeId = assigneeId;
  if (teamId !== undefined) conversation.teamId = teamId;
  const now = { assigneeId: conversation.assigneeId, teamId: conversation.teamId };
  if (now.assigneeId === previousAssigneeId && now.teamId === previousTeamId) return [];
  return [{ kind: 'ASSIGNED', ...now, previousAssigneeId, previousTeamId }];
}

/** The id as the table has it. The lock keeps the agent from being deactivated until the conversation is theirs. */
async function activeAgent({ sql, companyId }: CallerTransaction, id: string): Promise<string | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await sql<{ id: string }>`
    select id from conversations.agents
    where company_id = ${companyId} and id = ${id} and deactivated_at is null for key share`;
  return row?.id;
}

async function livingTeam({ sql, companyId }: CallerTransaction, id: string): Promise<string | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await sql<{ id: string }>`
    select id from conversations.teams
    where company_id = ${companyId} and id = ${id} and deleted_at is null for key share`;
  return row?.id;
}

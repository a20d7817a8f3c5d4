import { LockMode } from '@mikro-orm/postgresql';
import { forbidden, userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { requireAgent, requirePermission, requireScope, type Permission } from '../access/permissions.ts';
import { Agent, type AgentEntity } from '../entities/agent.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { isId } from '../ids.ts';
import { isVisible, type Limit } from '#schema/visibility.ts';

export interface AgentTransaction extends Transaction {
  readonly companyId: string;
  readonly agentId: string;
  /** As the company has it now. */
  readonly role: Role;
  readonly actor: { readonly kind: 'agent'; readonly id: string };
  /** What the agent may see; null: everything of the company. */
  readonly limit: Limit | null;
}

/** In the name of a partner, who sees all of the company. */
export interface PartnerTransaction extends Transaction {
  readonly companyId: string;
  readonly agentId: null;
  readonly actor: { readonly kind: 'partner'; readonly id: string };
  readonly limit: null;
}

/** In the name of whoever may do such things. */
export type CallerTransaction = AgentTransaction | PartnerTransaction;

/** What the user can mend. */
export interface Refusal {
  readonly userErrors: readonly UserError[];
}

/** What a command says: the ids of what it wrote, or why it wrote nothing. */
export type Outcome<T extends object> = T | Refusal;

/**
 * One transaction in the name of an agent, with the role that they have now: a token may have been given to them before.
 *
 * @throws GraphQLError `FORBIDDEN` for whoever may not do it, and for agents that the company does not have any more.
 */
export async function writeAsAgent<T>(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  permission: Permission,
  work: (transaction: AgentTransaction) => Promise<T>,
): Promise<T> {
  const caller = requireAgent(identity);
  const { companyId, agentId } = caller;
  return database.write(companyId, async (transaction) => {
    const agent = await transaction.em.findOne(Agent, { companyId, id: agentId, deactivatedAt: null });
    if (!agent) throw forbidden('The company has no such agent (any more).');
    requirePermission({ ...caller, role: agent.role }, permission);
    const { id, role } = agent;
    const limit = agent.limitedToTeams ? { agentId: id, teamIds: await teamsOf(transaction, agent) } : null;
    return work({ ...transaction, companyId, agentId: id, role, actor: { kind: 'agent', id }, limit });
  });
}

/**
 * One transaction in the name of an agent, or of a partner whose key has the scope for it.
 *
 * @throws GraphQLError `FORBIDDEN` for whoever may not do it.
 */
export async function writeAsCaller<T>(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  permission: Permission,
  work: (transaction: CallerTransaction) => Promise<T>,
): Promise<T> {
  if (identity.kind !== 'partner') return writeAsAgent(database, identity, permission, work);
  const { companyId, partner } = requireScope(identity, permission);
  return database.write(companyId, (transaction) =>
    work({ ...transaction, companyId, agentId: null, actor: { kind: 'partner', id: partner }, limit: null }),
  );
}

export async function teamsOf(
  { sql }: Transaction,
  { companyId, id }: Pick<AgentEntity, 'companyId' | 'id'>,
): Promise<string[]> {
  const teams = await sql<{ id: string }>`
    select team_id as id from conversations.team_members where company_id = ${companyId} and agent_id = ${id}`;
  return teams.map((team) => team.id);
}

/**
 * A conversation that the caller may see, held until the transaction ends: what happens to one conversation happens in turn. One that
 * they may not see is as if it did not exist.
 */
export async function lockConversation(
  { em, companyId, limit }: CallerTransaction,
  id: string,
): Promise<ConversationEntity | null> {
  if (!isId(id)) return null;
  const conversation = await em.findOne(Conversation, { companyId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  return conversation && isVisible(limit, conversation) ? conversation : null;
}

export function refuse(code: string, message: string, field: string): Refusal {
  return { userErrors: [userError(code, message, ['input', field])] };
}

/** Somebody else has changed it since the caller saw it. `subject` says what has changed, such as `The label has`. */
export function refuseIfOutdated(
  subject: string,
  version: number,
  expectedVersion: number | null | undefined,
): Refusal | undefined {
  if (expectedVersion == null || expectedVersion === version) return undefined;
  return refuse(
    'CONFLICT',
    `${subject} changed since: it is version ${version} now. Look at it and decide again.`,
    'expectedVersion',
  );
}

export function conversationNotFound(): Refusal {
  return refuse('NOT_FOUND', 'There is no such conversation.', 'conversationId');
}

/** While a contact's conversation goes on, no earlier one can be opened again beside it. */
export async function refuseIfSuperseded(
  { sql, companyId, limit }: CallerTransaction,
  conversation: ConversationEntity,
  field = 'conversationId',
): Promise<Refusal | undefined> {
  const [active] = await sql<{ number: number; teamId: string | null; assigneeId: string | null }>`
    select number, team_id as "teamId", assignee_id as "assigneeId" from conversations.conversations
    where company_id = ${companyId} and identity_id = ${conversation.identityId} and status <> 'RESOLVED'`;
  if (!active || active.number === conversation.number) return undefined;
  if (!isVisible(limit, active)) return refuse('SUPERSEDED', 'The contact goes on with another team.', field);
  return refuse('SUPERSEDED', `The contact goes on in #${active.number}: continue there.`, field);
}

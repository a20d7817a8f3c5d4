import { LockMode } from '@mikro-orm/postgresql';
import { forbidden, userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Agent } from '../entities/agent.ts';
import { Conversation, type ConversationEntity } from '../entities/conversation.ts';
import type { Transaction } from '../facts.ts';
import { isId } from '../ids.ts';

export interface AgentTransaction extends Transaction {
  readonly companyId: string;
  readonly agentId: string;
  readonly actor: { readonly kind: 'agent'; readonly id: string };
}

/** What a command says: the ids of what it wrote, or what the user can mend. */
export type Outcome<T extends object> = T | { readonly userErrors: readonly UserError[] };

/**
 * One transaction in the name of an agent.
 *
 * @throws GraphQLError `FORBIDDEN` for partners and services, and for agents that the company does not have any more.
 */
export async function writeAsAgent<T>(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  work: (transaction: AgentTransaction) => Promise<T>,
): Promise<T> {
  if (identity.kind !== 'agent') throw forbidden('Only an agent can do this: use the token of one.');
  const { companyId } = identity;
  return database.write(companyId, async (transaction) => {
    const agent = await transaction.em.findOne(Agent, { companyId, id: identity.agentId });
    if (!agent) throw forbidden('The company has no such agent (any more).');
    return work({ ...transaction, companyId, agentId: agent.id, actor: { kind: 'agent', id: agent.id } });
  });
}

/** The company's conversation, held until the transaction ends: what happens to one conversation happens in turn. */
export async function lockConversation(
  { em, companyId }: AgentTransaction,
  id: string,
): Promise<ConversationEntity | null> {
  if (!isId(id)) return null;
  return em.findOne(Conversation, { companyId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

export function refuse(code: string, message: string, field: string): { readonly userErrors: readonly UserError[] } {
  return { userErrors: [userError(code, message, ['input', field])] };
}

export function conversationNotFound(): { readonly userErrors: readonly UserError[] } {
  return refuse('NOT_FOUND', 'There is no such conversation.', 'conversationId');
}

/** While a contact's conversation goes on, no earlier one can be opened again beside it. */
export async function refuseIfSuperseded(
  { sql, companyId }: AgentTransaction,
  conversation: ConversationEntity,
  field = 'conversationId',
): Promise<{ readonly userErrors: readonly UserError[] } | undefined> {
  const [active] = await sql<{ number: number }>`
    select number from conversations.conversations
    where company_id = ${companyId} and identity_id = ${conversation.identityId} and status <> 'RESOLVED'`;
  if (!active || active.number === conversation.number) return undefined;
  return refuse('SUPERSEDED', `The contact goes on in #${active.number}: continue there.`, field);
}

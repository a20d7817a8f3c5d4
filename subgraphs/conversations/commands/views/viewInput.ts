import { GraphQLError } from 'graphql';
import { conditions, type ConversationFilter } from '../../queries/conversationFilter.ts';
import { refuse, type AgentTransaction, type Refusal } from '../asAgent.ts';

export type Visibility = 'PRIVATE' | 'SHARED';

/** The filter as it is kept, without what says nothing; or why nobody could ever read the inbox by it. */
export function readFilter(
  { companyId, agentId, limit }: AgentTransaction,
  filter: ConversationFilter,
): ConversationFilter | Refusal {
  try {
    conditions({ companyId, agentId, visitor: null, forAll: false, limit }, filter);
  } catch (error) {
    if (error instanceof GraphQLError) return refuse('INVALID', `${error.message}.`, 'filter');
    throw error;
  }
  const said = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(said);
}

export function viewNotFound(): Refusal {
  return refuse('NOT_FOUND', 'There is no such view.', 'viewId');
}

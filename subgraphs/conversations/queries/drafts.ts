import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { AgentIdentity } from '../access/permissions.ts';
import type { DraftRow } from '../rows.ts';
import { keyset } from './keyset.ts';
import type { Viewer } from './viewer.ts';

const columns = fragment`d.id, d.kind, d.conversation_id as "conversationId", d.content, d.revision,
  d.updated_at as "updatedAt"`;
const written = { at: fragment`d.updated_at`, id: fragment`d.id` };

/** An agent's own, and one row more; last written first when read forward. */
export async function draftPage(
  sql: Sql,
  { companyId, agentId }: Pick<AgentIdentity, 'companyId' | 'agentId'>,
  page: PageRequest,
): Promise<DraftRow[]> {
  const { beyondCursor, order, limit } = keyset(written, page, 'descending');
  return sql<DraftRow>`
    select ${columns} from conversations.drafts d
    where d.company_id = ${companyId} and d.agent_id = ${agentId} and d.content is not null ${beyondCursor}
    order by ${order} limit ${limit}`;
}

export async function draftsOfConversations(
  sql: Sql,
  { companyId, agentId }: Viewer,
  conversationIds: readonly string[],
): Promise<DraftRow[]> {
  return sql<DraftRow>`
    select ${columns} from conversations.drafts d
    where d.company_id = ${companyId} and d.conversation_id = any(${conversationIds}::uuid[])
      and d.agent_id = ${agentId}::uuid and d.content is not null
    order by d.kind desc`;
}

export async function draftsByIds(
  sql: Sql,
  { companyId, agentId }: Viewer,
  ids: readonly string[],
): Promise<DraftRow[]> {
  return sql<DraftRow>`
    select ${columns} from conversations.drafts d
    where d.company_id = ${companyId} and d.agent_id = ${agentId}::uuid and d.id = any(${ids}::uuid[])
      and d.content is not null`;
}

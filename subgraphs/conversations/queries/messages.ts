import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { messageColumns, type MessageRow, type ReactionRow } from '../rows.ts';
import { keyset } from './keyset.ts';
import { publicMessages, visibleMessages, type Viewer } from './viewer.ts';

const written = { at: fragment`m.created_at`, id: fragment`m.id` };

/**
 * The same page, and one row more, for each of several conversations that the viewer may see, in one statement; oldest first when
 * read forward.
 */
export async function messagePages(
  sql: Sql,
  viewer: Viewer,
  conversationIds: readonly string[],
  page: PageRequest,
): Promise<MessageRow[]> {
  const { beyondCursor, order, limit } = keyset(written, page, 'ascending');
  return sql<MessageRow>`
    select m.* from unnest(${conversationIds}::uuid[]) as conversation (id)
    cross join lateral (
      select ${messageColumns} from conversations.messages m
      where m.company_id = ${viewer.companyId} and m.conversation_id = conversation.id
        and ${publicMessages(viewer)} ${beyondCursor}
      order by ${order} limit ${limit}
    ) m`;
}

export async function messagesByIds(sql: Sql, viewer: Viewer, ids: readonly string[]): Promise<MessageRow[]> {
  return sql<MessageRow>`
    select ${messageColumns} from conversations.messages m
    where m.company_id = ${viewer.companyId} and m.id = any(${ids}::uuid[]) and ${visibleMessages(viewer)}`;
}

export async function reactionsOfMessages(
  sql: Sql,
  companyId: string,
  messageIds: readonly string[],
): Promise<ReactionRow[]> {
  return sql<ReactionRow>`
    select message_id as "messageId", emoji, by_external_id as "by", reacted_at as "reactedAt"
    from conversations.message_reactions
    where company_id = ${companyId} and message_id = any(${messageIds}::uuid[]) and emoji is not null
    order by reacted_at, by_external_id`;
}

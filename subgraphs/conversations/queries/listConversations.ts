import { connectionOf, type Connection, type PageRequest } from '#platform/graphql/connection.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { ConversationRow } from '../rows.ts';
import type { ConversationFilter } from './conversationFilter.ts';
import { conversationPage } from './conversations.ts';
import { cursorOf } from './keyset.ts';
import { searchPage, type SearchOrder } from './searchPage.ts';
import type { Viewer } from './viewer.ts';

/** A page of the inbox, or of what a search finds in it. */
export async function listConversations(
  sql: Sql,
  viewer: Viewer,
  { filter, order }: { readonly filter: ConversationFilter; readonly order: SearchOrder },
  page: PageRequest,
): Promise<Connection<ConversationRow>> {
  const search = filter.search?.trim() ?? '';
  if (search !== '') return searchPage(sql, viewer, { filter, search, order }, page);
  const rows = await conversationPage(sql, viewer, filter, page);
  return connectionOf(rows, page, ({ lastActivityAt, id }) => cursorOf(lastActivityAt, id));
}

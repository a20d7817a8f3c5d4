import { connectionOf, type Connection, type PageRequest } from '#platform/graphql/connection.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { ConversationRow } from '../rows.ts';
import type { ConversationFilter } from './conversationFilter.ts';
import { conversationPage } from './conversations.ts';
import { cursorOf } from './keyset.ts';
import { searchPage, type SearchOrder } from './searchPage.ts';
import type { Viewer } from './viewer.ts';

/** What a list shows. */
interface Asked {
  readonly filter: ConversationFilter;
  /** Has to hold too; of both, every word that is searched for. */
  readonly within?: ConversationFilter;
  readonly order: SearchOrder;
}

/** A page of the inbox, or of what a search finds in it. */
export async function listConversations(
  sql: Sql,
  viewer: Viewer,
  { filter, within = {}, order }: Asked,
  page: PageRequest,
): Promise<Connection<ConversationRow>> {
  const search = `${within.search ?? ''} ${filter.search ?? ''}`.trim();
  if (search !== '') return searchPage(sql, viewer, { filters: [within, filter], search, order }, page);
  const rows = await conversationPage(sql, viewer, filter, page, within);
  return connectionOf(rows, page, ({ lastActivityAt, id }) => cursorOf(lastActivityAt, id));
}

/** The ids of what a filter matches, newest activity first. */
export async function matchingIds(
  sql: Sql,
  viewer: Viewer,
  filter: ConversationFilter,
  limit: number,
): Promise<string[]> {
  const { edges } = await listConversations(sql, viewer, { filter, order: 'NEWEST' }, { limit, direction: 'forward' });
  return edges.map(({ node }) => node.id);
}

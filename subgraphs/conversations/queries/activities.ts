import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { ActivityRow } from '../rows.ts';
import { keyset } from './keyset.ts';

const occurred = { at: fragment`a.occurred_at`, id: fragment`a.id` };

/** The same page, and one row more, for each of several conversations in one statement; oldest first when read forward. */
export async function activityPages(
  sql: Sql,
  companyId: string,
  conversationIds: readonly string[],
  page: PageRequest,
): Promise<ActivityRow[]> {
  const { beyondCursor, order, limit } = keyset(occurred, page, 'ascending');
  return sql<ActivityRow>`
    select a.* from unnest(${conversationIds}::uuid[]) as conversation (id)
    cross join lateral (
      select a.conversation_id as "conversationId", a.id, a.kind, a.actor_kind as "actorKind", a.actor_id as "actorId",
        a.data, a.occurred_at as "occurredAt"
      from conversations.conversation_activities a
      where a.company_id = ${companyId} and a.conversation_id = conversation.id ${beyondCursor}
      order by ${order} limit ${limit}
    ) a`;
}

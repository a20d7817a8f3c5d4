import type { Sql } from '#platform/postgres/sql.ts';
import type { Mention } from '../rows.ts';

/** In the order in which they were given. */
export async function mentionsOfMessages(
  sql: Sql,
  companyId: string,
  messageIds: readonly string[],
): Promise<(Mention & { readonly messageId: string })[]> {
  return sql<Mention & { messageId: string }>`
    select message_id as "messageId", agent_id as "agentId", team_id as "teamId"
    from conversations.message_mentions
    where company_id = ${companyId} and message_id = any(${messageIds}::uuid[])
    order by message_id, position`;
}

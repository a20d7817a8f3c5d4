import type { Sql } from '#platform/postgres/sql.ts';

export interface RatingRow {
  readonly messageId: string;
  readonly rating: 'GOOD' | 'BAD';
}

/** How one agent rated what a bot said. */
export function ratingsOfMessages(
  sql: Sql,
  companyId: string,
  agentId: string,
  messageIds: readonly string[],
): Promise<RatingRow[]> {
  return sql<RatingRow>`
    select message_id as "messageId", rating from conversations.answer_ratings
    where company_id = ${companyId} and message_id = any(${messageIds}::uuid[]) and agent_id = ${agentId}`;
}

import type { Sql } from '#platform/postgres/sql.ts';
import type { Viewer } from './viewer.ts';

export interface InboxCounts {
  readonly open: number;
  readonly pending: number;
  readonly snoozed: number;
  readonly unassigned: number;
  readonly mine: number;
  readonly unread: number;
}

const nothing: InboxCounts = { open: 0, pending: 0, snoozed: 0, unassigned: 0, mine: 0, unread: 0 };

/** Two rows, however many conversations there are: the writes keep the figures. */
export async function inboxCounts(sql: Sql, { companyId, agentId }: Viewer): Promise<InboxCounts> {
  const [counts = nothing] = await sql<InboxCounts>`
    select k.open_count as open, k.pending_count as pending, k.snoozed_count as snoozed,
      k.unassigned_count as unassigned,
      coalesce(a.open_conversation_count, 0) as mine,
      coalesce(k.active_inbound_count - a.fully_read_count, 0) as unread
    from conversations.company_counters k
    left join conversations.agents a on a.company_id = k.company_id and a.id = ${agentId}::uuid
    where k.company_id = ${companyId}`;
  return counts;
}

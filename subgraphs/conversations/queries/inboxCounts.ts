import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { nobody, visibleCounters } from './unreadPlaces.ts';
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

/**
 * A row for each team and assignee together at the most, however many conversations there are: the writes keep the figures. Who
 * is limited gets those of the rows that they may see.
 */
export async function inboxCounts(sql: Sql, viewer: Viewer): Promise<InboxCounts> {
  const { companyId, agentId } = viewer;
  const visible = visibleCounters(viewer);
  const fullyRead = fragment`(
    select coalesce(sum(k.fully_read_count), 0) from conversations.read_counters k
    where k.company_id = ${companyId} and k.agent_id = ${agentId}::uuid and ${visible})`;
  const [counts = nothing] = await sql<InboxCounts>`
    select coalesce(sum(k.open_count), 0)::int as open,
      coalesce(sum(k.pending_count), 0)::int as pending,
      coalesce(sum(k.snoozed_count), 0)::int as snoozed,
      coalesce(sum(k.open_count) filter (where k.assignee_id = ${nobody}), 0)::int as unassigned,
      coalesce(sum(k.open_count) filter (where k.assignee_id = ${agentId}::uuid), 0)::int as mine,
      ${agentId === null ? fragment`0` : fragment`(coalesce(sum(k.active_inbound_count), 0) - ${fullyRead})::int`} as unread
    from conversations.inbox_counters k
    where k.company_id = ${companyId} and ${visible}`;
  return counts;
}

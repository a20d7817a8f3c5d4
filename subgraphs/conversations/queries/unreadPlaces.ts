import { fragment, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { ConversationFilter } from './conversationFilter.ts';
import type { Viewer } from './viewer.ts';

/** Of a counter: whose conversations are nobody's, or no team's. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
export const nobody = fragment`'00000000-0000-0000-0000-000000000000'::uuid`;

/** A team and an assignee, each of which may be nobody. */
interface Place {
  readonly teamId: string;
  readonly assigneeId: string;
  /** Conversations that go on, and in which the contact has written. */
  readonly active: number;
  readonly unread: number;
}

/** For statements over counters `k`: those that the viewer may see. */
export function visibleCounters({ limit }: Pick<Viewer, 'limit'>): Fragment {
  if (limit === null) return fragment`true`;
  return fragment`(k.team_id = any(${limit.teamIds}::uuid[]) or k.assignee_id = ${limit.agentId})`;
}

/**
 * Where the viewer has something unread that goes on, as the counters say: whoever has read nearly everything would else walk all
 * that goes on, to find little or nothing.
 *
 * @param wanted How many the page takes.
 * @returns Undefined when the list is not one of those, or when walking it finds a page sooner; nothing when nothing is unread.
 */
export async function unreadPlaces(
  sql: Sql,
  viewer: Viewer,
  filters: readonly ConversationFilter[],
  wanted: number,
): Promise<readonly Place[] | undefined> {
  if (!filters.some(({ unread }) => unread === true)) return undefined;
  if (viewer.agentId === null) return [];
  if (!filters.some(({ status }) => status && !status.includes('RESOLVED'))) return undefined;
  const places = (await countedPlaces(sql, viewer)).filter((place) => filters.every((filter) => fits(place, filter)));
  const unread = places.filter((place) => place.unread > 0);
  const walked = sum(places, 'active') * Math.min(1, wanted / sum(unread, 'unread'));
  return sum(unread, 'active') < walked || unread.length === 0 ? unread : undefined;
}

function countedPlaces(sql: Sql, viewer: Viewer): Promise<Place[]> {
  return sql<Place>`
    select k.team_id as "teamId", k.assignee_id as "assigneeId", k.active_inbound_count as active,
      k.active_inbound_count - coalesce(r.fully_read_count, 0) as unread
    from conversations.inbox_counters k
    left join conversations.read_counters r on r.company_id = k.company_id and r.agent_id = ${viewer.agentId}::uuid
      and r.team_id = k.team_id and r.assignee_id = k.assignee_id
    where k.company_id = ${viewer.companyId} and k.active_inbound_count > 0 and ${visibleCounters(viewer)}`;
}

/** Whether conversations of the place can be what the filter asks for. */
function fits(place: Place, { teamId, assigneeId, unassigned }: ConversationFilter): boolean {
  return (
    (teamId == null || place.teamId === teamId.toLowerCase()) &&
    (assigneeId == null || place.assigneeId === assigneeId.toLowerCase()) &&
    (unassigned == null || (place.assigneeId === NOBODY) === unassigned)
  );
}

function sum(places: readonly Place[], of: 'active' | 'unread'): number {
  return places.reduce((total, place) => total + place[of], 0);
}

/** Conversations `c` that go on in these places. With `offset 0` each place is looked up by its key, rather than everything read once. */
export function goingOnIn(viewer: Viewer, places: readonly Place[]): Fragment {
  const teamIds = places.map(({ teamId }) => teamId);
  const assigneeIds = places.map(({ assigneeId }) => assigneeId);
  return fragment`unnest(${teamIds}::uuid[], ${assigneeIds}::uuid[]) as place (team_id, assignee_id)
    cross join lateral (
      select * from conversations.conversations
      where company_id = ${viewer.companyId} and status <> 'RESOLVED' and inbound_count > 0
        and (case when team_id is null then ${nobody} else team_id end) = place.team_id
        and (case when assignee_id is null then ${nobody} else assignee_id end) = place.assignee_id offset 0
    ) c`;
}

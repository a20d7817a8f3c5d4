import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, join, type Fragment, type Sql } from '#platform/postgres/sql.ts';
import type { ConversationStatus } from '#schema/events/values.ts';
import type { Limit } from '#schema/visibility.ts';
import { conversationColumns, type ConversationRow } from '../rows.ts';
import { conditions, type ConversationFilter } from './conversationFilter.ts';
import { keyset } from './keyset.ts';
import { goingOnIn, unreadPlaces } from './unreadPlaces.ts';
import { readMark, unreadCount, visibleConversations, type Viewer } from './viewer.ts';

/** What the list is sorted by. */
export const activity = { at: fragment`c.last_activity_at`, id: fragment`c.id` };

// Found by their keys: with the row they cost less than the statements that they would take alone.
/** A few labels each. */
const labels = fragment`(
  select coalesce(json_agg(json_build_object(
    'id', l.id, 'name', l.name, 'color', l.color, 'version', l.version, 'deletedAt', null) order by l.name), '[]')
  from conversations.conversation_labels cl
  join conversations.labels l on l.company_id = cl.company_id and l.id = cl.label_id and l.deleted_at is null
  where cl.company_id = c.company_id and cl.conversation_id = c.id
)`;

/** Team `t`. One that is deleted is left to its loader: few are. */
const team = fragment`case when t.id is not null then
  json_build_object('id', t.id, 'name', t.name, 'version', t.version, 'deletedAt', null) end`;

/** What {@link columnsFor} needs beside conversation `c`. */
export function besides(viewer: Viewer): Fragment {
  return fragment`${readMark(viewer)}
    left join conversations.teams t on t.company_id = c.company_id and t.id = c.team_id and t.deleted_at is null`;
}

/** What a row of conversations shows, given conversation `c` and what stands {@link besides}. */
export function columnsFor(viewer: Viewer): Fragment {
  return fragment`${conversationColumns}, ${unreadCount(viewer)} as "unreadCount", ${labels} as labels, ${team} as team`;
}

/**
 * A page of the inbox and one row more, newest activity first when read forward. One statement, whatever the filter, but for
 * its search: see {@link searchPage}.
 *
 * @param within Has to hold too.
 */
export async function conversationPage(
  sql: Sql,
  viewer: Viewer,
  filter: ConversationFilter,
  page: PageRequest,
  within: ConversationFilter = {},
): Promise<ConversationRow[]> {
  const { beyondCursor, order, limit } = keyset(activity, page, 'descending');
  const where = [...conditions(viewer, within), ...conditions(viewer, filter)].map(and);
  const wanted = fragment`${join(where, ' ')} ${beyondCursor}`;
  const places = await unreadPlaces(sql, viewer, [within, filter], limit);
  if (places?.length === 0) return [];
  const narrowed = { wanted, order, limit };
  if (places) {
    const ids = newestIn(viewer, goingOnIn(viewer, places), narrowed);
    return pageAmong(sql, viewer, { ...narrowed, ids });
  }
  if (viewer.limit) return limitedPage(sql, viewer, viewer.limit, narrowed);
  const [labelled, other] = filter.labelIds ? [filter, within] : [within, filter];
  const { labelIds, status, ...rest } = labelled;
  if (labelIds && (status?.length ?? 1) === 1 && !hasOwnIndex(labelled) && !hasOwnIndex(other)) {
    // Said of the conversation too, what the label says of it would look rarer than it is.
    const others = [...conditions(viewer, rest), ...conditions(viewer, other)].map(and);
    return labelledPage(sql, viewer, { labelIds, status: status?.[0] }, { where: join(others, ' '), page });
  }
  return sql<ConversationRow>`
    select ${columnsFor(viewer)}
    from conversations.conversations c ${besides(viewer)}
    where c.company_id = ${viewer.companyId} ${wanted}
    order by ${order} limit ${limit}`;
}

/** What of a page is read before the rows are. */
interface Narrowed {
  readonly wanted: Fragment;
  readonly order: Fragment;
  readonly limit: number;
}

/** The ids of the newest conversations `c` of a source that are wanted. */
function newestIn(viewer: Viewer, source: Fragment, { wanted, order, limit }: Narrowed): Fragment {
  return fragment`
    select c.id from ${source} ${readMark(viewer)}
    where c.company_id = ${viewer.companyId} ${wanted}
    order by ${order} limit ${limit}`;
}

/** The rows of a page that is among the ids that a statement gives. */
function pageAmong(
  sql: Sql,
  viewer: Viewer,
  { ids, order, limit }: { readonly ids: Fragment; readonly order: Fragment; readonly limit: number },
): Promise<ConversationRow[]> {
  return sql<ConversationRow>`
    select ${columnsFor(viewer)}
    from (${ids}) seen
    join conversations.conversations c on c.company_id = ${viewer.companyId} and c.id = seen.id ${besides(viewer)}
    order by ${order} limit ${limit}`;
}

/**
 * The page of an agent who is limited: the newest of each of their teams and of what is theirs beside that, each found by walking
 * its own index, merged. One condition with an `or` would walk the whole company instead until it has found enough.
 */
function limitedPage(
  sql: Sql,
  viewer: Viewer,
  { agentId, teamIds }: Limit,
  narrowed: Narrowed,
): Promise<ConversationRow[]> {
  const newest = (of: Fragment) =>
    newestIn(viewer, fragment`conversations.conversations c`, {
      ...narrowed,
      wanted: fragment`and ${of} ${narrowed.wanted}`,
    });
  const ids = fragment`
    select found.id from unnest(${teamIds}::uuid[]) as team (id)
    cross join lateral (${newest(fragment`c.team_id = team.id`)}) found
    union all
    (${newest(fragment`c.assignee_id = ${agentId} and coalesce(c.team_id <> all(${teamIds}::uuid[]), true)`)})`;
  return pageAmong(sql, viewer, { ...narrowed, ids });
}

const and = (condition: Fragment): Fragment => fragment`and ${condition}`;

/** Whether the list of it has an index: then which is walked, that or the one of a label, is left to what PostgreSQL knows of both. */
function hasOwnIndex({ assigneeId, unassigned, teamId, priority }: ConversationFilter): boolean {
  return [assigneeId, unassigned, teamId, priority].some((value) => value != null);
}

/** The page of some labels, with one status or any: the newest of each, found by walking its own index, merged. */
function labelledPage(
  sql: Sql,
  viewer: Viewer,
  { labelIds, status }: { readonly labelIds: readonly string[]; readonly status: ConversationStatus | undefined },
  { where, page }: { readonly where: Fragment; readonly page: PageRequest },
): Promise<ConversationRow[]> {
  const labelled = keyset({ at: fragment`l.last_activity_at`, id: fragment`l.conversation_id` }, page, 'descending');
  const { order, limit } = keyset(activity, page, 'descending');
  const ofStatus = status ? fragment`and l.status = ${status}` : fragment``;
  const ids = fragment`
    select distinct found.id from unnest(${labelIds}::uuid[]) as label (id)
    cross join lateral (
      select c.id from conversations.conversation_labels l
      join conversations.conversations c on c.company_id = l.company_id and c.id = l.conversation_id ${readMark(viewer)}
      where l.company_id = ${viewer.companyId} and l.label_id = label.id ${ofStatus} ${where} ${labelled.beyondCursor}
      order by ${labelled.order} limit ${labelled.limit}
    ) found`;
  return pageAmong(sql, viewer, { ids, order, limit });
}

/** The same page for each of several contacts, in one statement. */
export async function contactConversationPages(
  sql: Sql,
  viewer: Viewer,
  contactIds: readonly string[],
  page: PageRequest,
): Promise<ConversationRow[]> {
  const { beyondCursor, order, limit } = keyset(activity, page, 'descending');
  return sql<ConversationRow>`
    select c.* from unnest(${contactIds}::uuid[]) as contact (id)
    cross join lateral (
      select ${columnsFor(viewer)}
      from conversations.conversations c ${besides(viewer)}
      where c.company_id = ${viewer.companyId} and c.contact_id = contact.id
        and ${visibleConversations(viewer)} ${beyondCursor}
      order by ${order} limit ${limit}
    ) c`;
}

export async function conversationsByIds(sql: Sql, viewer: Viewer, ids: readonly string[]): Promise<ConversationRow[]> {
  return sql<ConversationRow>`
    select ${columnsFor(viewer)}
    from conversations.conversations c ${besides(viewer)}
    where c.company_id = ${viewer.companyId} and c.id = any(${ids}::uuid[]) and ${visibleConversations(viewer)}`;
}

import { badUserInput } from '#platform/graphql/errors.ts';
import { fragment, type Fragment } from '#platform/postgres/sql.ts';
import type { ConversationStatus, Platform, Priority } from '#schema/events/values.ts';
import { isId } from '../ids.ts';
import { unreadCount, type Viewer } from './viewer.ts';

/** What is left out or null does not filter; what is given has to hold together. */
export interface ConversationFilter {
  readonly status?: readonly ConversationStatus[] | null | undefined;
  readonly channelIds?: readonly string[] | null | undefined;
  readonly platforms?: readonly Platform[] | null | undefined;
  readonly assigneeId?: string | null | undefined;
  readonly unassigned?: boolean | null | undefined;
  readonly teamId?: string | null | undefined;
  readonly labelIds?: readonly string[] | null | undefined;
  readonly unread?: boolean | null | undefined;
  readonly priority?: readonly Priority[] | null | undefined;
  readonly search?: string | null | undefined;
}

/** Conditions on conversation `c`, given the viewer's read mark `r`; without the search, see {@link searchPage}. */
export function conditions(viewer: Viewer, filter: ConversationFilter): Fragment[] {
  const { status, channelIds, platforms, assigneeId, unassigned, teamId, labelIds, unread, priority } = filter;
  const found: Fragment[] = [];
  if (status) found.push(equalsOneOf(fragment`c.status`, status));
  if (channelIds) found.push(fragment`c.channel_id = any(${idsIn('channelIds', channelIds)}::uuid[])`);
  if (platforms) found.push(equalsOneOf(fragment`c.platform`, platforms));
  if (assigneeId != null) found.push(fragment`c.assignee_id = ${idIn('assigneeId', assigneeId)}`);
  if (unassigned != null) found.push(fragment`(c.assignee_id is null) = ${unassigned}::boolean`);
  if (teamId != null) found.push(fragment`c.team_id = ${idIn('teamId', teamId)}`);
  if (labelIds) found.push(hasLabel(viewer, idsIn('labelIds', labelIds)));
  if (unread != null) found.push(fragment`(${unreadCount(viewer)} > 0) = ${unread}::boolean`);
  if (priority) found.push(equalsOneOf(fragment`c.priority`, priority));
  return found;
}

/** One value as an equality: only that keeps the order of an index, which a list of values does not. */
function equalsOneOf(column: Fragment, values: readonly string[]): Fragment {
  return values.length === 1 ? fragment`${column} = ${values[0]}` : fragment`${column} = any(${values}::text[])`;
}

/** Any of them. */
function hasLabel({ companyId }: Viewer, labelIds: readonly string[]): Fragment {
  return fragment`exists (
    select from conversations.conversation_labels l
    where l.company_id = ${companyId} and l.conversation_id = c.id and l.label_id = any(${labelIds}::uuid[]))`;
}

function idIn(field: string, value: string): string {
  if (!isId(value)) throw badUserInput(`'${value}' is not an id`, `filter.${field}`);
  return value;
}

function idsIn(field: string, values: readonly string[]): readonly string[] {
  return values.map((value) => idIn(field, value));
}

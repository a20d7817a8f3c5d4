import type { PageRequest } from '#platform/graphql/connection.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import type { AgentIdentity } from '../access/permissions.ts';
import type { NotificationRow } from '../rows.ts';
import { defaultKinds, type NotificationKind } from '../rules/notifications.ts';
import { keyset } from './keyset.ts';
import type { Viewer } from './viewer.ts';

type Own = Pick<AgentIdentity, 'companyId' | 'agentId'>;

const columns = fragment`n.id, n.kind, n.conversation_id as "conversationId", n.message_id as "messageId",
  n.team_id as "teamId", n.actor_kind as "actorKind", n.actor_id as "actorId", n.created_at as "createdAt",
  n.read_at as "readAt"`;
const told = { at: fragment`n.created_at`, id: fragment`n.id` };

/** An agent's own, and one row more; newest first when read forward. */
export async function notificationPage(
  sql: Sql,
  { companyId, agentId }: Own,
  unread: boolean | null | undefined,
  page: PageRequest,
): Promise<NotificationRow[]> {
  const { beyondCursor, order, limit } = keyset(told, page, 'descending');
  const state =
    unread == null ? fragment`` : unread ? fragment`and n.read_at is null` : fragment`and n.read_at is not null`;
  return sql<NotificationRow>`
    select ${columns} from conversations.notifications n
    where n.company_id = ${companyId} and n.agent_id = ${agentId} ${state} ${beyondCursor}
    order by ${order} limit ${limit}`;
}

export async function notificationsByIds(
  sql: Sql,
  { companyId, agentId }: Viewer,
  ids: readonly string[],
): Promise<NotificationRow[]> {
  return sql<NotificationRow>`
    select ${columns} from conversations.notifications n
    where n.company_id = ${companyId} and n.agent_id = ${agentId}::uuid and n.id = any(${ids}::uuid[])`;
}

/** One row, however many there are: the writes keep the figure. */
export async function unreadNotificationCount(sql: Sql, { companyId, agentId }: Own): Promise<number> {
  const [counter] = await sql<{ unread: number }>`
    select unread_count as unread from conversations.notification_counters
    where company_id = ${companyId} and agent_id = ${agentId}`;
  return counter?.unread ?? 0;
}

export async function notificationKinds(sql: Sql, { companyId, agentId }: Own): Promise<readonly NotificationKind[]> {
  const [settings] = await sql<{ kinds: NotificationKind[] }>`
    select kinds from conversations.notification_settings where company_id = ${companyId} and agent_id = ${agentId}`;
  return settings?.kinds ?? defaultKinds;
}

import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { isId } from '../ids.ts';
import { unreadNotificationCount } from '../queries/notifications.ts';
import { refuse, writeAsAgent, type Outcome } from './asAgent.ts';

const MAX_IDS = 100;

/**
 * The agent has seen some of their notifications. Those that were read already, are not there any more or are somebody else's
 * change nothing, so doing it twice, or on two devices, tells nothing.
 */
export async function markNotificationsRead(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  { ids, upToId }: { readonly ids?: readonly string[] | null | undefined; readonly upToId?: string | null | undefined },
): Promise<Outcome<{ unread: number }>> {
  return writeAsAgent(database, identity, 'own:keep', async ({ sql, publish, companyId, agentId, actor }) => {
    if ((ids == null) === (upToId == null)) {
      return refuse('INVALID', 'Say which: give either `ids` or `upToId`.', 'ids');
    }
    if (ids && ids.length > MAX_IDS) {
      return refuse('INVALID', `At most ${MAX_IDS} at a time: for more there is \`upToId\`.`, 'ids');
    }
    if (upToId != null && !(await isOwn(upToId))) {
      return refuse('NOT_FOUND', 'You have no such notification.', 'upToId');
    }
    const which = ids
      ? fragment`id = any(${ids.filter(isId)}::uuid[])`
      : fragment`(created_at, id) <= (
          select created_at, id from conversations.notifications
          where company_id = ${companyId} and agent_id = ${agentId} and id = ${upToId}::uuid)`;
    const marked = await sql`
      update conversations.notifications n set read_at = now() from (
        select id from conversations.notifications
        where company_id = ${companyId} and agent_id = ${agentId} and read_at is null and ${which}
        order by created_at, id for update
      ) unread
      where n.company_id = ${companyId} and n.agent_id = ${agentId} and n.id = unread.id
      returning 1 as marked`;
    const unread = await unreadNotificationCount(sql, { companyId, agentId });
    if (marked.length > 0) {
      publish({ type: 'conversation.notification.read', actor, data: { agentId, unreadCount: unread } });
    }
    return { unread };

    async function isOwn(id: string): Promise<boolean> {
      if (!isId(id)) return false;
      const found = await sql`
        select 1 as found from conversations.notifications
        where company_id = ${companyId} and agent_id = ${agentId} and id = ${id}`;
      return found.length > 0;
    }
  });
}

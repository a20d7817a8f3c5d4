import type { ReadSession } from '#platform/postgres/readSession.ts';
import type { ChannelHealthRow } from '../rows.ts';

/** How channels are doing. Pending is what has no outcome yet: waiting, being sent, or sent without an answer. */
export function channelHealth(
  session: ReadSession,
  companyId: string,
  channelIds: readonly string[],
): Promise<ChannelHealthRow[]> {
  return session.read(
    (sql) => sql<ChannelHealthRow>`
      select c.id as "channelId", h.last_event_at as "lastEventAt", h.last_delivery_at as "lastDeliveryAt",
        h.last_error as "lastError", coalesce(p.count, 0)::int as "pendingDeliveries"
      from channels.channels c
      left join channels.channel_health h on h.company_id = c.company_id and h.channel_id = c.id
      left join (
        select channel_id, count(*) as count from channels.deliveries
        where company_id = ${companyId} and status in ('WAITING', 'SENDING', 'UNCONFIRMED')
        group by channel_id
      ) p on p.channel_id = c.id
      where c.company_id = ${companyId} and c.id = any(${channelIds}::uuid[])`,
  );
}

import type { VisitorIdentity } from '#platform/identity/identity.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { ChannelStatus } from '../rows.ts';

/** A visitor's web chat, and by what name the site knows them. Undefined when the company has no such channel. */
export async function visitorAtChannel(
  sql: Sql,
  { companyId, channelId, visitorId }: VisitorIdentity,
): Promise<{ readonly status: ChannelStatus; readonly visitorName: string | null } | undefined> {
  const [row] = await sql<{ status: ChannelStatus; visitorName: string | null }>`
    select c.status, v.name as "visitorName" from channels.channels c
    left join channels.visitors v on v.company_id = c.company_id and v.channel_id = c.id and v.id = ${visitorId}
    where c.company_id = ${companyId} and c.id = ${channelId}`;
  return row;
}

import type { Sql } from '#platform/postgres/sql.ts';

/**
 * The id under which others know the message of the company that a platform's id belongs to: that of its first part.
 * Undefined when the company sent nothing under it.
 */
export async function sentUnder(
  sql: Sql,
  companyId: string,
  { channelId, externalId }: { readonly channelId: string; readonly externalId: string },
): Promise<string | undefined> {
  const [sent] = await sql<{ firstId: string | null }>`
    select d.external_message_id as "firstId" from channels.delivery_parts p
    join channels.deliveries d on d.company_id = p.company_id and d.message_id = p.message_id
    where p.company_id = ${companyId} and p.channel_id = ${channelId} and p.external_id = ${externalId}`;
  return sent?.firstId ?? undefined;
}
